import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TestBrowser, verifier, challenge } from '@ostiary/http/fixture';
import type { ClientConfig } from 'ostiary';
import { startIssuer } from '../support/issuer-program.ts';
import { codesIn, readPage, tableUnder, tableWithHead } from './pages.ts';
import { makeWorkplace } from './workplace.ts';

const page = 'docs/configuration.md';
const workplace = makeWorkplace();
after(() => workplace.remove());
const env = { OSTIARY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
let files = 0;

/** What the program says of a configuration: one problem a line, or that it found none. */
async function problemsWith(config: object): Promise<string[]> {
  const file = `ostiary-${(files += 1)}.config.json`;
  workplace.write(file, JSON.stringify(config));
  const { output } = await workplace.type(`ostiary user enable --username nobody --config ${file}`, { env });
  return output
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
}

describe('fields', () => {
  /** The program lists the fields of an object when it meets one that it does not know. */
  const nobodysField = { '?': 1 };

  async function fieldsByPart(config: object): Promise<Map<string, string[]>> {
    const told = /^(.*)\["\?"\]: unknown field; the fields here are (.*)$/;
    const matches = (await problemsWith(config)).map((line) => told.exec(line)).filter((match) => match !== null);
    return new Map(matches.map(([, part = '', fields = '']) => [part.replaceAll('[0]', '[]'), fields.split(', ')]));
  }

  /** Every field of a part, filled with what has fields itself if the field is an object, or a list of objects. */
  function probe(fields: string[], inner: (field: string) => unknown = () => nobodysField): object {
    return { ...nobodysField, ...Object.fromEntries(fields.map((field) => [field, inner(field)])) };
  }

  async function fieldsOfTheProgram(): Promise<Map<string, string[]>> {
    const parts = { apis: [nobodysField], clients: [nobodysField], users: [nobodysField], storage: nobodysField };
    const first = await fieldsByPart({ ...nobodysField, ...parts });
    const part = (name: string) => probe(first.get(name) ?? []);
    const house = probe(first.get('') ?? [], (field) => {
      if (first.has(field)) return part(field);
      return first.has(`${field}[]`) ? [part(`${field}[]`)] : nobodysField;
    });
    return fieldsByPart(house);
  }

  function fieldsOfThePage(): Map<string, string[]> {
    const parts = [...readPage(page).matchAll(/^<!-- fields: ?(.*) -->$/gm)].map(([, part = '']) => part);
    return new Map(
      parts.map((part) => {
        const rows = tableUnder(page, part === '' ? 'fields:' : `fields: ${part}`);
        return [part, rows.flatMap(([field = '']) => codesIn(field))];
      }),
    );
  }

  test('the page names every field that the program knows, and no other', async () => {
    const [known, named] = [await fieldsOfTheProgram(), fieldsOfThePage()];
    const sorted = (fields: Map<string, string[]>) =>
      [...fields]
        .map(([part, names]) => ({ part, names: names.toSorted() }))
        .toSorted((a, b) => (a.part < b.part ? -1 : 1));
    assert.ok(known.size >= 11, `the program told of ${known.size} parts only`);
    assert.deepEqual(sorted(named), sorted(known));
  });

  test('the page names the values of every choice, in its table', async () => {
    const nonsense = {
      issuer: 'https://id.example.com',
      logLevel: '?',
      apis: [{ identifier: 'https://api.example.com', name: 'Reports', accessTokenAlg: '?' }],
      clients: [
        {
          client_id: 'a',
          type: '?',
          token_endpoint_auth_method: '?',
          grant_types: ['?'],
          response_types: ['?'],
          id_token_signed_response_alg: '?',
          refresh: { rotation: '?', boundTo: '?' },
        },
      ],
    };
    const told = /(\w+)(?:\[0\])?: must be (?:one of )?(.*), not "\?"/;
    const choices = (await problemsWith(nonsense)).map((line) => told.exec(line)).filter((match) => match !== null);
    assert.equal(choices.length, 9);
    for (const [, field = '', values = ''] of choices) {
      const row = readPage(page)
        .split('\n')
        .find((line) => line.startsWith(`| \`${field}\` | `));
      const cell = row?.split(' | ')[1] ?? '';
      assert.deepEqual(codesIn(cell), values.split(', '), field);
    }
  });
});

describe('refusals', () => {
  const issuer = 'https://id.example.com';
  const api = {
    identifier: 'https://api.example.com',
    name: 'Reports',
    scopes: { 'read:reports': 'Read your reports' },
  };
  const redirects = { redirect_uris: ['https://app.example.com/callback'] };
  const secret = { client_secret: 'a-secret-of-the-client' };
  const bases: Record<string, { list: string; item: object }> = {
    'an API': { list: 'apis', item: { ...api, identifier: 'https://other.example.com' } },
    'a `spa`': { list: 'clients', item: { type: 'spa', ...redirects } },
    'a `web`': { list: 'clients', item: { type: 'web', ...redirects, ...secret } },
    'a `service`': { list: 'clients', item: { type: 'service', ...secret } },
    'a user': { list: 'users', item: { password: 'correct horse battery' } },
  };
  const rows = tableUnder(page, 'refused').map(([where = '', written = '', said = '']) => ({
    where,
    written: JSON.parse(`{${codesIn(written)[0]}}`) as object,
    said: codesIn(said)[0] ?? '',
  }));

  test('what is wrong with the file as a whole', async () => {
    const whole = rows.filter(({ where }) => where === 'the file');
    assert.ok(whole.length > 0);
    for (const { written, said } of whole) assert.deepEqual(await problemsWith({ issuer, ...written }), [said]);
  });

  test('what is wrong with one of its parts', async () => {
    const config: Record<string, unknown[]> = { apis: [api], clients: [], users: [] };
    const expected = rows.flatMap(({ where, written, said }) => {
      const base = bases[where];
      const list = config[base?.list ?? ''];
      if (base === undefined || list === undefined) return [];
      const at = `${base.list}[${list.length}]`;
      const name = `n${list.length}`;
      list.push({ ...(base.list === 'users' ? { username: name } : { client_id: name }), ...base.item, ...written });
      return [`${at}.${said}`];
    });
    for (const other of config['apis'] ?? []) Reflect.deleteProperty(other as object, 'client_id');
    assert.ok(expected.length >= 20, `${expected.length} rows`);
    const said = await problemsWith({ issuer, ...config });
    // Some mistakes break two rules: the table has the first.
    assert.deepEqual(
      expected.filter((line) => !said.includes(line)),
      [],
      said.join('\n'),
    );
  });

  test('warnings of the loud options', async () => {
    const loud = tableUnder(page, 'warned').map(([written = '', , said = '']) => ({
      refresh: { idleSeconds: 3600, ...(JSON.parse(`{${codesIn(written)[0]}}`) as object) },
      said: codesIn(said)[0] ?? '',
    }));
    const clients = loud.map(({ refresh }, index) => ({ client_id: `n${index}`, type: 'spa', ...redirects, refresh }));
    const config = { issuer: 'http://localhost:4000', storage: 'sqlite::memory:', listen: { port: 0 }, clients };
    workplace.write('loud.config.json', JSON.stringify(config));
    const start = `export OSTIARY_MASTER_KEY=${env.OSTIARY_MASTER_KEY}\nostiary start --config loud.config.json`;
    const { output } = await workplace.typeStart(start, async () => {});
    loud.forEach(({ said }, index) => {
      assert.ok(output.includes(`ostiary: warning: clients[${index}].${said}\n`), output);
    });
  });
});

describe('defaults of the types', () => {
  const [head = [], , ...rows] = tableWithHead(page, 'defaults');
  const types = head.slice(1).flatMap(codesIn);
  const cell = (field: string, type: string) =>
    rows.find(([name = '']) => codesIn(name)[0] === field)?.[1 + types.indexOf(type)];
  const defaultOf = (part: string, field: string) =>
    tableUnder(page, `fields: ${part}`)
      .find(([name = '']) => codesIn(name)[0] === field)?.[2]
      ?.split(' ')[0];
  const callback = 'http://localhost:3000/callback';
  const password = 'correct horse battery';
  const secret = 'a-secret-of-the-client';

  async function openWith(client: Partial<ClientConfig>) {
    const identifier = 'https://api.example.com';
    return startIssuer((issuer) => ({
      issuer,
      apis: [{ identifier, name: 'Reports', scopes: { read: 'Read your reports' }, allowOfflineAccess: true }],
      clients: [{ client_id: 'bare', type: 'spa', apis: { [identifier]: ['read'] }, ...client }],
      users: [{ username: 'ada@example.com', password }],
    }));
  }

  async function postToken(issuer: string, form: Record<string, string>, isConfidential: boolean) {
    const authorization = `Basic ${Buffer.from(`bare:${secret}`).toString('base64')}`;
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, ...(!isConfidential && { client_id: 'bare' }) }),
      headers: isConfidential ? { authorization } : {},
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  for (const type of ['spa', 'web', 'native', 'device'] as const) {
    test(`a ${type} that says nothing of them`, async () => {
      const isConfidential = cell('token_endpoint_auth_method', type) === 'client_secret_basic';
      const opened = await openWith({
        type,
        redirect_uris: [callback],
        ...(isConfidential && { client_secret: secret }),
      });
      try {
        const { issuer } = opened;
        const signedIn: string[] = [];
        const browser = new TestBrowser(async (path, init) => {
          const answer = await fetch(path.startsWith('http') ? path : issuer + path, { redirect: 'manual', ...init });
          signedIn.push(...answer.headers.getSetCookie());
          return answer;
        }, issuer);
        const request = new URLSearchParams({
          client_id: 'bare',
          response_type: 'code',
          redirect_uri: callback,
          scope: 'openid offline_access read',
          code_challenge: challenge,
          code_challenge_method: 'S256',
        });
        const signInPage = await browser.open(`/authorize?${request}`);
        const consentPage = await browser.submit(signInPage, { username: 'ada@example.com', password });
        const { leftTo = '' } = await browser.submit(consentPage, { decision: 'allow' });
        const code = new URL(leftTo).searchParams.get('code') ?? '';
        const exchange = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
        const first = await postToken(issuer, exchange, isConfidential);
        assert.equal(first.body['expires_in'], Number(defaultOf('apis[]', 'accessTokenSeconds')));
        const maxAge = `Max-Age=${defaultOf('session', 'absoluteSeconds')};`;
        assert.ok(
          signedIn.some((line) => line.startsWith('ostiary-session') && line.includes(maxAge)),
          maxAge,
        );
        const seen = {
          idleSeconds: String(first.body['refresh_token_timeout']),
          absoluteSeconds: String(first.body['authorization_expires_in']),
        };
        const renewal = { grant_type: 'refresh_token', refresh_token: String(first.body['refresh_token']) };
        const second = await postToken(issuer, renewal, isConfidential);
        const rotation = second.body['refresh_token'] === renewal.refresh_token ? 'off' : 'on';
        const newest = { grant_type: 'refresh_token', refresh_token: String(second.body['refresh_token']) };
        const hint = new URLSearchParams({ id_token_hint: String(first.body['id_token']) });
        await browser.open(`/end-session?${hint}`);
        const afterSignOut = await postToken(issuer, newest, isConfidential);
        const boundTo = afterSignOut.body['error_cause'] === 'signed_out' ? 'session' : 'offline';
        assert.equal(afterSignOut.status, boundTo === 'session' ? 400 : 200);
        for (const [field, value] of Object.entries({ ...seen, rotation, boundTo }))
          assert.equal(value, cell(field, type), field);
        const grants = cell('grant_types', type)?.split(', ') ?? [];
        assert.deepEqual(grants, ['authorization_code', 'refresh_token']);
        const alone = await postToken(issuer, { grant_type: 'client_credentials' }, isConfidential);
        assert.equal(alone.body['error'], 'unauthorized_client');
      } finally {
        await opened.close();
      }
    });
  }

  test('a service that says nothing of them', async () => {
    assert.equal(cell('token_endpoint_auth_method', 'service'), 'client_secret_basic');
    assert.equal(cell('grant_types', 'service'), 'client_credentials');
    const opened = await openWith({ type: 'service', client_secret: secret });
    try {
      const { status } = await postToken(opened.issuer, { grant_type: 'client_credentials' }, true);
      assert.equal(status, 200);
    } finally {
      await opened.close();
    }
  });
});
