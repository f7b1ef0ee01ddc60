create role ostiary_owner login password 'a long random text';
create role ostiary login password 'another long random text';
create database ostiary owner ostiary_owner;
revoke all on database ostiary from public;
grant connect on database ostiary to ostiary;
