import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redeem, verifier, challenge } from '@ostiary/http/fixture';
import type { ClientConfig, OstiaryConfig } from 'ostiary';
import { freePort } from '../support/free-port.ts';
import { networkBrowser } from '../support/network-browser.ts';
import { runProgram, startProgram, type Program } from '../support/program.ts';

const main = 'apps/ostiary/src/main.ts';

/** The program as an operator runs it, without development mode: a folder, a configuration file, processes. */
export interface Server {
  issuer: string;
  folder: string;
  /** Where operators look; known once it was started. */
  operations(): string;
  configure(changes: Partial<OstiaryConfig>): Promise<void>;
  start(...args: string[]): Promise<Program>;
  /** Runs a command to its end. */
  command(...words: string[]): Promise<{ code: number | null; output: string }>;
  /** Ends what still runs and removes the folder. */
  close(): Promise<void>;
}

const client = {
  client_id: 'lab-spa',
  type: 'spa',
  redirect_uris: ['http://localhost:4001/callback'],
  id_token_signed_response_alg: 'ES256',
  apis: { 'https://api.example.com': ['read'] },
  refresh: { idleSeconds: 86_400 },
} satisfies ClientConfig;

export async function makeServer(config: Partial<OstiaryConfig> = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-server-'));
  const issuer = `http://localhost:${await freePort()}`;
  const operationsPort = await freePort();
  const env = { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url'), TMPDIR: folder };
  const file = join(folder, 'ostiary.config.json');
  const running: Program[] = [];
  const base: OstiaryConfig = {
    issuer,
    operations: { port: operationsPort },
    apis: [
      {
        identifier: 'https://api.example.com',
        name: 'API',
        scopes: { read: 'Read' },
        allowOfflineAccess: true,
      },
    ],
    clients: [client],
    users: [{ username: 'ada@example.com', password: 'ada-demo-password' }],
    ...config,
  };
  const configure = (changes: Partial<OstiaryConfig>) => writeFile(file, JSON.stringify({ ...base, ...changes }));
  await configure({});
  return {
    issuer,
    folder,
    operations: () => `http://127.0.0.1:${operationsPort}`,
    configure,
    async start(...args) {
      const starting = { args: [main, 'start', '--config', file, ...args], env };
      const { program } = await startProgram(starting, /^Ostiary ready on .*$/m);
      running.push(program);
      return program;
    },
    command: (...words) => runProgram({ args: [main, ...words, '--config', file], env }),
    async close() {
      for (const program of running) program.signal('SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Signs ada in anew on as many devices as asked for; their first refresh tokens. */
export async function signIns(issuer: string, count: number): Promise<string[]> {
  const request = (path: string, init?: RequestInit) => fetch(issuer + path, { redirect: 'manual', ...init });
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: 'http://localhost:4001/callback',
    scope: 'openid offline_access read',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { leftTo = '' } = await networkBrowser(issuer).follow(`/authorize?${query}`);
    const code = new URL(leftTo).searchParams.get('code') ?? '';
    const { body } = await redeem({ request }, code, { code_verifier: verifier });
    tokens.push(String(body['refresh_token']));
  }
  return tokens;
}
