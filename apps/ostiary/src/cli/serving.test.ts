import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { OstiaryConfig } from '../config/define-config.ts';
import { readHouse } from './house.ts';
import { openServing } from './serving.ts';
import type { Serving } from './serving.ts';
import { makeWorkplace } from './terminal.fixture.ts';
import type { Workplace } from './terminal.fixture.ts';

const api = 'https://api.example.com';
const config: Partial<OstiaryConfig> = {
  storage: 'sqlite::memory:',
  operations: { port: 'off' },
  logLevel: 'silent',
  apis: [
    {
      identifier: api,
      name: 'Reports',
      scopes: { 'read:reports': 'Read your reports', 'write:reports': 'Write reports' },
      accessTokenSeconds: 600,
    },
  ],
  clients: [
    {
      client_id: 'job',
      type: 'service',
      client_secret: 'a-secret-of-the-service',
      apis: { [api]: ['read:reports'] },
    },
  ],
  users: [{ username: 'ada@example.com', password: 'a-password-of-ada' }],
};

interface State {
  apis: { identifier: string; accessTokenSeconds: number; accessTokenBrowserSeconds: number }[];
  clients: { client_id: string; apis: Record<string, string[]> }[];
  users: { username: string; isDisabled: boolean }[];
  error?: string;
  error_description?: string;
}

let workplace: Workplace;
let serving: Serving;
let url: string;

async function open(): Promise<void> {
  const values = { development: true };
  const terminal = {
    env: { OSTIARY_MASTER_KEY: randomBytes(32).toString('base64url') },
    cwd: workplace.folder,
    stdin: Readable.from([]),
    out: () => undefined,
    err: (text: string) => void complaints.push(text),
    isTerminal: false,
  };
  const house = await readHouse(values, terminal);
  serving = await openServing({ house, values, terminal, address: { host: '127.0.0.1', port: 0 } });
  url = `http://127.0.0.1:${serving.node.port}`;
}

const complaints: string[] = [];

before(async () => {
  workplace = makeWorkplace();
  workplace.configure(config);
  await open();
});
after(async () => {
  await serving.stop();
  workplace.remove();
});
beforeEach(() => complaints.splice(0));

async function overlay(change?: unknown): Promise<{ status: number; state: State }> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) };
  const answer = await fetch(`${url}/development/overlay`, change === undefined ? {} : post);
  return { status: answer.status, state: (await answer.json()) as State };
}

async function tokenAnswer(scope: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('job:a-secret-of-the-service')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

describe('the development overlay', () => {
  it('says what is in force', async () => {
    const { status, state } = await overlay();
    assert.equal(status, 200);
    assert.deepEqual(state, {
      apis: [
        {
          identifier: api,
          name: 'Reports',
          accessTokenSeconds: 600,
          accessTokenBrowserSeconds: 600,
          allowOfflineAccess: false,
        },
      ],
      clients: [{ client_id: 'job', apis: { [api]: ['read:reports'] } }],
      users: [{ username: 'ada@example.com', isDisabled: false }],
    });
  });

  it('changes an API for the next token', async () => {
    const { status, state } = await overlay({ api: { identifier: api, accessTokenSeconds: 10 } });
    assert.equal(status, 200);
    assert.equal(state.apis[0]?.accessTokenSeconds, 10);
    assert.equal((await tokenAnswer('read:reports'))['expires_in'], 10);
  });

  it('changes what a client may ask for', async () => {
    assert.equal((await tokenAnswer('write:reports'))['error'], 'invalid_scope');
    await overlay({ client: { client_id: 'job', apis: { [api]: ['read:reports', 'write:reports'] } } });
    assert.equal((await tokenAnswer('write:reports'))['scope'], 'write:reports');
  });

  it('is checked as the file is, and refused with the field and the remedy; then nothing has changed', async () => {
    for (const [change, description] of [
      [{ api: { identifier: api, accessTokenSeconds: 0 } }, 'apis[0].accessTokenSeconds: must be at least 1, not 0'],
      [
        { client: { client_id: 'job', apis: { [api]: ['read:report'] } } },
        /^clients\[0\]\.apis\["https:\/\/api\.example\.com"\].*did you mean "read:reports"/,
      ],
      [
        { api: { identifier: 'https://x.example' } },
        `apis: there is none named "https://x.example"; the names here are ${api}`,
      ],
      [{ client: { client_id: '__proto__' } }, 'clients: there is none named "__proto__"; the names here are job'],
    ] as const) {
      const before = (await overlay()).state;
      const { status, state } = await overlay(change);
      assert.equal(status, 400);
      assert.equal(state.error, 'invalid_request');
      if (typeof description === 'string') assert.equal(state.error_description, description);
      else assert.match(state.error_description ?? '', description);
      assert.deepEqual((await overlay()).state, before);
    }
  });

  it('survives a change of the file, which may change the rest', async () => {
    await overlay({ api: { identifier: api, accessTokenSeconds: 10, accessTokenBrowserSeconds: 5 } });
    const [first] = config.apis ?? [];
    assert.ok(first !== undefined);
    workplace.configure({ ...config, apis: [{ ...first, name: 'Other reports', accessTokenSeconds: 1200 }] });
    await serving.reloader.reload();
    assert.deepEqual(complaints, []);
    const { apis } = (await overlay()).state;
    assert.deepEqual(apis, [
      {
        identifier: api,
        name: 'Other reports',
        accessTokenSeconds: 10,
        accessTokenBrowserSeconds: 5,
        allowOfflineAccess: false,
      },
    ]);
  });

  it('waits for a file that needs a restart', async () => {
    workplace.configure({ ...config, listen: { port: 4321 } });
    const { status, state } = await overlay({ api: { identifier: api, accessTokenSeconds: 7 } });
    assert.equal(status, 400);
    assert.equal(state.error_description, 'the configuration file changes listen: that needs a restart');
    workplace.configure(config);
  });

  it('bars a user and lets them in again, as the command line does', async () => {
    const barred = await overlay({ user: { username: 'Ada@example.com', isDisabled: true } });
    assert.deepEqual(barred.state.users, [{ username: 'ada@example.com', isDisabled: true }]);
    const again = await overlay({ user: { username: 'ada@example.com', isDisabled: false } });
    assert.deepEqual(again.state.users, [{ username: 'ada@example.com', isDisabled: false }]);
  });

  it('is written nowhere, and gone after a restart', async () => {
    await overlay({ api: { identifier: api, accessTokenSeconds: 10 } });
    await serving.stop();
    await open();
    assert.equal((await overlay()).state.apis[0]?.accessTokenSeconds, 600);
  });
});
