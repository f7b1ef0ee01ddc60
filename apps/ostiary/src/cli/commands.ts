import type { Command, CommandOption } from './command.ts';

const configuration = {
  config: { type: 'string', value: 'FILE', help: 'configuration file (default: ostiary.config.ts, then .json, here)' },
  'master-key-file': { type: 'string', value: 'FILE', help: 'file of the master key, in place of the environment' },
  development: { type: 'boolean', help: 'for trying out: test clock, demonstration secrets, a key made when missing' },
} satisfies Record<string, CommandOption>;

const username: CommandOption = { type: 'string', value: 'NAME', help: 'whom' };

export const commands: readonly Command[] = [
  {
    name: 'start',
    summary: 'runs the server',
    options: {
      ...configuration,
      port: { type: 'string', value: 'N', help: 'port to listen on (default: as configured)' },
      host: { type: 'string', value: 'HOST', help: 'address to listen on (default: as configured)' },
      workers: { type: 'string', value: 'N', help: 'processes to serve with, on PostgreSQL (default: this one)' },
    },
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'init',
    summary: 'writes a configuration file to begin with, and a master key',
    options: { config: configuration.config, 'master-key-file': configuration['master-key-file'] },
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'migrate',
    summary: 'makes the tables of a PostgreSQL database, or brings them up to date',
    options: {
      config: configuration.config,
      development: configuration.development,
      'runtime-role': {
        type: 'string',
        value: 'ROLE',
        help: 'role that the server signs in with: gets the rights it needs',
      },
    },
    load: async () => (await import('./migrate.ts')).migrate,
  },
  {
    name: 'backup',
    summary: 'copies a SQLite database to a new file, beside a running server',
    options: {
      config: configuration.config,
      development: configuration.development,
      to: { type: 'string', value: 'FILE', help: 'file to make; it must not be there' },
    },
    load: async () => (await import('./backup.ts')).backUp,
  },
  {
    name: 'restore',
    summary: 'puts a backup in the place of a SQLite database; everybody signs in anew',
    options: { ...configuration, from: { type: 'string', value: 'FILE', help: 'the backup' } },
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'promote',
    summary: 'moves a SQLite database to PostgreSQL, beside a running server; nobody is signed out',
    options: {
      ...configuration,
      to: {
        type: 'string',
        value: 'URL',
        help: 'the database, as in the configuration; - reads it from standard input',
      },
      ca: { type: 'string', value: 'FILE', help: "certificates (PEM) that may have signed the server's" },
      'dangerously-unencrypted': { type: 'boolean', help: 'lets the connection leave this machine without TLS' },
    },
    load: async () => (await import('./promote.ts')).promote,
  },
  {
    name: 'epoch raise',
    summary: 'ends every sign-in, after a database went back in time',
    options: { ...configuration, yes: { type: 'boolean', help: 'do it; without it, tells what it means' } },
    load: async () => (await import('./epoch.ts')).raiseEpoch,
  },
  {
    name: 'keys rotate',
    summary: 'makes new signing and refresh keys, published at once and used later',
    options: configuration,
    load: async () => (await import('./keys-rotate.ts')).rotateAllKeys,
  },
  {
    name: 'user add',
    summary: 'adds a user; the password is read from standard input',
    options: {
      ...configuration,
      username,
      claims: { type: 'string', value: 'JSON', help: `OpenID claims, such as '{"name":"Ada"}'` },
    },
    load: async () => (await import('./user-add.ts')).addOneUser,
  },
  {
    name: 'user disable',
    summary: 'bars a user and ends everything that is theirs',
    options: { ...configuration, username },
    load: async () => (await import('./user-standing.ts')).disableOneUser,
  },
  {
    name: 'user enable',
    summary: 'lets a disabled user sign in again',
    options: { ...configuration, username },
    load: async () => (await import('./user-standing.ts')).enableOneUser,
  },
  {
    name: 'user sign-out',
    summary: 'ends every sign-in of a user, who may sign in again at once',
    options: { ...configuration, username },
    load: async () => (await import('./user-standing.ts')).signOneUserOut,
  },
];
