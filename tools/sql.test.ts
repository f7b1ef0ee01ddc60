import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { loadModule } from 'libpg-query';
import { readSources } from './sources.ts';
import { checkSql } from './sql.ts';
import { allowedNodes } from './sql/allowed.ts';
import { reasons } from './sql/reasons.ts';

before(loadModule);

const room = 'packages/storage-postgres';
const world = `create table if not exists family (id uuid primary key, generation int8 not null, hash bytea, ended_at bigint);
create table if not exists device (id uuid, user_id uuid, name text, primary key (user_id, id));`;

/** What is found in one source file beside a migration that makes `family` and `device`: line and message. */
function found(code: string, migration = world): string[] {
  const files = [
    { path: `${room}/migrations/0001-world.sql`, text: migration },
    { path: `${room}/src/store.ts`, text: code },
  ];
  return checkSql(files).map(({ path, line, message }) => `${path.split('/').at(-1)}:${line} ${message}`);
}

/** The offending pieces of one statement. */
function pieces(sql: string): string[] {
  return found(`const sql = ${JSON.stringify(sql)};`).map(
    (line) => / (\S+?)( \(.*\))? is refused: /.exec(line)?.[1] ?? line,
  );
}

const taken = [
  'begin',
  'begin isolation level repeatable read',
  'commit',
  'rollback',
  'select id, generation from family where id = any ($1::uuid[]) order by id for update',
  'select d.id from device d where d.user_id = $1 and d.id = any ($2::uuid[]) for update',
  'select id from family where generation = $1 order by id limit 5 offset 5 for update',
  'select f.id, d.name from family f left join device d on d.id = f.id where f.ended_at is null limit $1',
  'update family f set generation = u.generation from unnest($1::uuid[], $2::int8[]) as u (id, generation) where f.id = u.id returning f.id',
  'insert into family (id, generation) select id, 0 from unnest($1::uuid[]) as u (id) on conflict (id) do nothing',
  'insert into family (id, generation) values ($1, $2) on conflict (id) do update set generation = excluded.generation',
  'delete from family where id in (select id from family where ended_at < $1 order by id limit 10)',
  'select count(*), max(generation), coalesce(sum(generation), 0) from family group by ended_at having count(*) > 1',
  "select floor(extract(epoch from clock_timestamp()) * 1000) as now, case when true then 'a' else 'b' end as x",
  'with living as (select id from family where ended_at is null) select id from living union all select id from device',
  'select id, row_number() over (partition by user_id order by id) as place from device',
  'select 1 where exists (select 1 from family where (id, generation) > ($1, $2)) or not ($3 is distinct from $4)',
  'set statement_timeout = 900',
  'grant select, insert on family to some_role',
  'create index if not exists family_by_end on family (ended_at, generation)',
  'create unique index if not exists device_by_name on device (name)',
  'create table if not exists rate (key text primary key, full_at double precision not null default 0, check (full_at >= 0), unique (full_at))',
  'alter table family add column if not exists note text',
];

for (const sql of taken) {
  test(`all engines take: ${sql}`, () => assert.deepEqual(pieces(sql), []));
}

/** SQL that an engine refuses, and the piece that is found. */
const refused: ReadonlyArray<readonly [sql: string, piece: string]> = [
  ['select id form family', 'syntax'],
  ['truncate family', 'TruncateStmt'],
  ['vacuum family', 'VacuumStmt'],
  ['lock table family', 'LockStmt'],
  ['listen families', 'ListenStmt'],
  ["notify families, 'x'", 'NotifyStmt'],
  ['savepoint one', 'TransactionStmt.savepoint_name'],
  ["prepare transaction 'one'", 'TransactionStmt.gid'],
  ['set transaction isolation level serializable', 'VariableSetStmt.kind=VAR_SET_MULTI'],
  ["set search_path = 'x'", 'VariableSetStmt.name=search_path'],
  ['copy family from stdin', 'CopyStmt'],
  ['merge into family f using device d on f.id = d.id when matched then do nothing', 'MergeStmt'],
  ['do $$ begin end $$', 'DoStmt'],
  ['explain select 1', 'ExplainStmt'],
  ['drop table family', 'DropStmt'],
  ['create extension pgcrypto', 'CreateExtensionStmt'],
  ["create type mood as enum ('sad')", 'CreateEnumStmt'],
  ['create sequence s', 'CreateSeqStmt'],
  ["create function f() returns int language sql as 'select 1'", 'CreateFunctionStmt'],
  ['create trigger t before update on family execute function f()', 'CreateTrigStmt'],
  ['create table copy as select 1 as one', 'CreateTableAsStmt'],
  ['create temporary table if not exists t (id uuid primary key)', 'RangeVar.relpersistence=t'],
  ['create unlogged table if not exists t (id uuid primary key)', 'RangeVar.relpersistence=u'],
  ['create table if not exists t (id uuid primary key) with (fillfactor = 90)', 'CreateStmt.options'],
  ['create table if not exists t (id uuid primary key) partition by hash (id)', 'CreateStmt.partspec'],
  ['create table if not exists t (id uuid primary key) inherits (family)', 'CreateStmt.inhRelations'],
  ['create table t (id uuid primary key)', 'if-not-exists'],
  ['create table if not exists t (id uuid)', 'no-primary-key'],
  ['create table if not exists t (id bytea primary key)', 'key-type'],
  ['create table if not exists t (id uuid primary key, hash bytea, unique (hash))', 'key-type'],
  ['create index if not exists i on family (hash)', 'key-type'],
  ['create table if not exists t (id uuid primary key, tags text[])', 'array-column'],
  ['create table if not exists t (id serial primary key)', 'type:serial'],
  ['create table if not exists t (id uuid primary key, body jsonb)', 'type:jsonb'],
  ['create table if not exists t (id uuid primary key, at timestamptz)', 'type:timestamptz'],
  ['create table if not exists t (id int8 generated always as identity primary key)', 'Constraint.generated_when'],
  ['create table if not exists t (id uuid primary key references family (id))', 'Constraint.contype=CONSTR_FOREIGN'],
  ['create table if not exists t (id uuid primary key deferrable)', 'Constraint.contype=CONSTR_ATTR_DEFERRABLE'],
  ['create table if not exists t (a text collate "de_DE" primary key)', 'ColumnDef.collClause'],
  [
    `create table if not exists t (a int8, b int8, c int8, d int8, e int8, f int8, g int8, h int8, i int8, primary key (a, b, c, d, e, f, g, h, i))`,
    'key-columns',
  ],
  ['create index i on family (generation)', 'if-not-exists'],
  ['create index concurrently if not exists i on family (generation)', 'IndexStmt.concurrent'],
  ['create index if not exists i on family using hash (generation)', 'IndexStmt.accessMethod=hash'],
  ['create index if not exists i on family (generation desc)', 'IndexElem.ordering=SORTBY_DESC'],
  ['create index if not exists i on family (generation nulls first)', 'IndexElem.nulls_ordering=SORTBY_NULLS_FIRST'],
  ['create index if not exists i on family (generation) where ended_at is null', 'IndexStmt.whereClause'],
  ['create index if not exists i on device (lower(name))', 'IndexElem.expr'],
  ['create index if not exists i on device (name text_pattern_ops)', 'IndexElem.opclass'],
  ['create index if not exists i on family (generation) include (ended_at)', 'IndexStmt.indexIncludingParams'],
  ['alter table family add column note text', 'if-not-exists'],
  ["alter table family add column if not exists note text not null default ''", 'add-column'],
  ['alter table family drop column hash', 'AlterTableCmd.subtype=AT_DropColumn'],
  ['select id from family where id = $1 for share', 'LockingClause.strength=LCS_FORSHARE'],
  ['select id from family where id = $1 for no key update', 'LockingClause.strength=LCS_FORNOKEYUPDATE'],
  ['select id from family where id = $1 for update skip locked', 'LockingClause.waitPolicy=LockWaitSkip'],
  ['select id from family where id = $1 for update nowait', 'LockingClause.waitPolicy=LockWaitError'],
  ['select id from family where id = $1 for update of family', 'LockingClause.lockedRels'],
  ["select nextval('s')", 'function:nextval'],
  ['select pg_advisory_xact_lock(1)', 'function:pg_advisory_xact_lock'],
  ["select pg_notify('a', 'b')", 'function:pg_notify'],
  ['select now()', 'function:now'],
  ['select ctid from family', 'system-column'],
  ["select id from device where name ~ 'x'", 'operator:~'],
  ["select id from device where name like 'x%'", 'A_Expr.kind=AEXPR_LIKE'],
  ["select '{}'::jsonb", 'type:jsonb'],
  ['select f.id from family f, lateral (select f.id as one) x', 'RangeSubselect.lateral'],
  ['select id from family tablesample system (1)', 'RangeTableSample'],
  ['with recursive r as (select 1 as n) select n from r', 'WithClause.recursive'],
  ['with gone as (delete from family returning id) select id from gone', 'writing-cte'],
  ['insert into family (id) values ($1) on conflict on constraint family_pkey do nothing', 'InferClause.conname'],
];

for (const [sql, piece] of refused) {
  test(`refused: ${sql}`, () => assert.ok(pieces(sql).includes(piece), pieces(sql).join(', ')));
}

test('a refusal says where, what, by whom and where that is written', () => {
  const code =
    'const a = 1;\nexport const sql = `\n  select id\n  from family\n  where id = $1\n  for update skip locked`;';
  assert.deepEqual(found(code), [
    `store.ts:3 LockingClause.waitPolicy=LockWaitSkip is refused: ${reasons['LockingClause.waitPolicy=LockWaitSkip']}`,
  ]);
});

test('what nobody looked up is refused too', () => {
  assert.match(found(`const sql = 'select id from family intersect select id from device';`).join(), /allowed\.ts/);
});

test('constants are filled in: of the file, of another file, lists of them', () => {
  const columns = { path: `${room}/src/columns.ts`, text: `export const columns = ['id', 'hash'] as const;` };
  const code = `import { columns } from './columns.ts';
    const table = 'family';
    const select = \`select \${columns.map((column, at) => \`\${column} as c\${at}\`).join(', ')}\`;
    const sql = select + \` from \${table} where id = $1 for share\`;`;
  const [finding, ...others] = checkSql([{ path: `${room}/src/store.ts`, text: code }, columns]);
  assert.match(finding?.message ?? '', /LCS_FORSHARE/);
  assert.ok(others.every(({ message }) => !message.includes('put together')));
});

test('each way of a condition is checked', () => {
  const lines = found("const sql = `select id from family where id = $1 for ${isShared ? 'share' : 'update'}`;");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /LCS_FORSHARE/);
});

for (const code of [
  'const f = (table: string) => `select id from ${table}`;',
  'const f = (table: string) => `${table} x inner join family on true where id = $1; update family set a = 1`;',
  "const f = (table: string) => 'delete from ' + table;",
  'let table = "family"; const sql = `select id from ${table}`;',
]) {
  test(`SQL that is put together while the program runs is refused: ${code}`, () => {
    assert.match(found(code).join(), /put together/);
  });
}

test('what is given as the text of a statement is SQL, whatever it begins with', () => {
  assert.match(found("const one = statement('one', 'declare c cursor for select 1');").join(), /DeclareCursorStmt/);
  assert.match(found("client.query('fetch all from c');").join(), /FetchStmt/);
  assert.match(found('const f = (lock: string) => statement("one", `${lock}`);').join(), /put together/);
});

test('an identifier that was quoted may be anything', () => {
  assert.deepEqual(found('const f = (role: string) => `grant select on family to ${escapeIdentifier(role)}`;'), []);
});

test('a setting may have any value, and not any name', () => {
  assert.deepEqual(found('const f = (ms: number) => `set lock_timeout = ${ms}`;'), []);
  assert.match(found('const f = (ms: number) => `set work_mem = ${ms}`;').join(), /VariableSetStmt/);
  assert.match(found('const f = (name: string) => `set ${name} = 1`;').join(), /put together/);
});

test('prose is left alone', () => {
  assert.deepEqual(
    found("throw new Error('drop the database first'); log('update: 3 rows'); type A = 'read committed';"),
    [],
  );
});

test('tuning for PostgreSQL is only parsed', () => {
  const path = `${room}/src/tuning.ts`;
  assert.deepEqual(
    checkSql([{ path, text: "export const tuning = ['alter table family set (fillfactor = 85)'];" }]),
    [],
  );
  assert.equal(checkSql([{ path, text: "export const tuning = ['alter table family fillfactor'];" }]).length, 1);
});

test('every reason is about something that is not allowed', () => {
  for (const piece of Object.keys(reasons)) {
    const [node = '', field] = piece.split(/[.=]/);
    if (/^[A-Z]/.test(node) && field && !piece.includes('=')) assert.ok(!allowedNodes[node]?.includes(field), piece);
    if (/^[A-Z]/.test(node) && !field) assert.ok(!(node in allowedNodes), piece);
  }
});

test('the SQL of the room passes', () => {
  const files = readSources(join(import.meta.dirname, '..'), room);
  assert.ok(files.length > 10);
  assert.deepEqual(checkSql(files), []);
});
