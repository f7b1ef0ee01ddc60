// npm start: the authorization server and the Lab, with everything they need, on an embedded database.
import { serverFlags } from './server-flags.mjs';
import { prepare } from './setup.mjs';
import { supervise } from './supervise.mjs';

const programs = [
  {
    name: 'ostiary',
    args: [
      ...serverFlags,
      'apps/ostiary/src/main.ts',
      'start',
      '--development',
      '--config',
      'apps/lab/ostiary.config.ts',
    ],
    urls: ['http://localhost:4000/.well-known/openid-configuration'],
  },
  {
    name: 'lab',
    args: ['apps/lab/src/main.ts'],
    urls: ['http://localhost:4001/', 'http://localhost:4002/', 'http://localhost:4003/'],
  },
];

const greeting = `
  Ostiary is ready.

    the Lab             http://localhost:4001     begin here
    the issuer          http://localhost:4000
    the web app         http://localhost:4002
    the API of the Lab  http://localhost:4003

    sign in as          ada@example.com   password  ada-demo-password
    or as               bob@example.com   password  bob-demo-password

  Ctrl-C stops everything.
`;

await supervise({ node: await prepare(), programs, greeting });
