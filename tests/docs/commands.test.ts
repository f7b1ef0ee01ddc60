import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { blocksOf, codesIn, readPage, root, tableUnder, type Block } from './pages.ts';
import { regionOf } from './regions.ts';
import { browserAt, password, secrets, signInAt, startExampleIssuer } from './served-snippets.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

const pages = [
  'README.md',
  'docs/configuration.md',
  'docs/getting-started.md',
  'docs/operating.md',
  'docs/postgresql.md',
  'docs/refresh-tokens.md',
  'docs/scale.md',
];

function commandsOf(path: string): Block[] {
  return blocksOf(path).filter(({ language }) => language === 'sh');
}

describe('commands on the pages', () => {
  const workplace = makeWorkplace();
  after(() => workplace.remove());
  const words = pages.flatMap((path) => {
    const text = readPage(path).replaceAll('npm run ostiary -- ', 'ostiary ');
    return [...text.matchAll(/(?:^|[|`] ?)(ostiary [a-z][^`#\n]*?)\s*(?=#|`|$)/gm)].map(([, line = '']) => line);
  });

  for (const line of new Set(words)) {
    test(`the program knows "${line}"`, async () => {
      const { code, output } = await workplace.type(`${line.replaceAll('COMMAND', 'start')} --help`);
      assert.equal(code, 0, output);
      assert.match(output, /^usage: ostiary /m);
    });
  }

  test('the pages name every command of the program', async () => {
    const { output } = await workplace.type('ostiary --help');
    const commands = [...output.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}/gm)].map(([, name = '']) => name);
    assert.ok(commands.length >= 6, output);
    const unnamed = commands.filter((name) => !words.some((line) => line.startsWith(`ostiary ${name}`)));
    assert.deepEqual(unnamed, []);
  });

  test('npm scripts on the pages are there', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readPage('package.json'));
    const named = pages.flatMap((path) => [
      ...readPage(path).matchAll(/npm (?:run )?(start|test|ostiary|bench|check|compat)\b/g),
    ]);
    for (const [, name = ''] of named) assert.ok(scripts[name] !== undefined, name);
  });
});

/** Types the blocks of a page one after the other; the server of a block that starts one is at a free port. */
async function typeAll(workplace: Workplace, blocks: Block[], stdin: string): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  for (const { text, at } of blocks) {
    const starts = text.split('\n').find((line) => line.includes(' start'));
    if (starts === undefined) {
      const { code, output } = await workplace.type(text, { stdin, env: keyVariable(workplace) });
      assert.equal(code, 0, `${at}: ${output}`);
      outputs.set(at, output);
      continue;
    }
    await workplace.type(text.replace(starts, ''));
    await atFreePort(workplace);
    const { code, output } = await workplace.typeStart(text.replaceAll(/^.* init.*\n/gm, ''), async () => {});
    assert.equal(code, 0, `${at}: ${output}`);
    outputs.set(at, output);
  }
  return outputs;
}

/** The variable that the operator has set for good, once there is a key. */
function keyVariable({ path }: Workplace): Record<string, string> {
  const file = path('etc/ostiary/master.key');
  return existsSync(file) ? { OSTIARY_MASTER_KEY_FILE: file } : {};
}

async function atFreePort({ path, write }: Workplace): Promise<void> {
  const text = readFileSync(path('ostiary.config.ts'), 'utf8');
  write('ostiary.config.ts', text.replace(/http:\/\/localhost:\d+(?=',\n\n)/, `http://localhost:${await freePort()}`));
}

describe('what the pages tell to type works', () => {
  test('Getting started', async () => {
    const workplace = makeWorkplace();
    try {
      const outputs = await typeAll(workplace, commandsOf('docs/getting-started.md'), `${password}\n`);
      assert.match([...outputs.values()].join(''), /ada@example\.com is added\n$/);
    } finally {
      workplace.remove();
    }
  });

  test('Operating', async () => {
    const workplace = makeWorkplace();
    try {
      // What needs a database of PostgreSQL is proved in tests/storage.
      const here = commandsOf('docs/operating.md').filter(({ text }) => !text.includes('DATABASE_URL'));
      const outputs = [...(await typeAll(workplace, here, '')).values()].join('');
      assert.match(outputs, /Ostiary ready on http:\/\/localhost:\d+\n/);
      assert.match(outputs, /ada@example\.com is disabled[^\n]*\nada@example\.com may sign in again\n/);
      assert.match(outputs, /ES256 key \S+ is published now and signs from /);
      const copy = new DatabaseSync(workplace.path('ostiary-backup.db'), { readOnly: true });
      assert.deepEqual({ ...copy.prepare('select username from user').get() }, { username: 'ada@example.com' });
      copy.close();
      for (const file of ['etc/ostiary/master.key', 'data/ostiary.db'])
        assert.equal(statSync(workplace.path(file)).mode & 0o077, 0, file);
    } finally {
      workplace.remove();
    }
  });
});

describe('what the page on operating says of a running server', () => {
  const page = 'docs/operating.md';

  test('rotated keys are published, sign after ten minutes, and the old ones leave', async () => {
    const program = await startExampleIssuer();
    try {
      const kids = async () => {
        const { keys } = (await (await fetch(`${program.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
        return keys.map(({ kid }) => kid);
      };
      const old = await kids();
      await program.command('keys', 'rotate');
      await program.advance(61);
      let now = await kids();
      for (let tries = 0; tries < 100 && now.length === old.length; tries += 1) now = await kids();
      assert.equal(now.length, 2 * old.length);
      const signedWith = async () => {
        const authorization = `Basic ${Buffer.from(`example-job:${secrets.EXAMPLE_JOB_SECRET}`).toString('base64')}`;
        const body = new URLSearchParams({ grant_type: 'client_credentials' });
        const answer = await fetch(`${program.issuer}/token`, { method: 'POST', body, headers: { authorization } });
        const { access_token: token } = (await answer.json()) as { access_token: string };
        const header: { kid: string } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
        return header.kid;
      };
      assert.ok(old.includes(await signedWith()));
      await program.advance(600);
      assert.ok(!old.includes(await signedWith()));
      assert.equal((await kids()).length, now.length);
      await program.advance(3600 + 300);
      assert.equal((await kids()).filter((kid) => old.includes(kid)).length, 0);
    } finally {
      await program.close();
    }
  });

  test('the log says it as shown, and why.mjs finds the cause by the same correlation id', async () => {
    const program = await startExampleIssuer();
    const workplace = makeWorkplace();
    try {
      await reuseToken(program);
      const shown: Record<string, string> = JSON.parse(regionOf('log-line.json'));
      const lines = program
        .process()
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): Record<string, string> => JSON.parse(line));
      const line = lines.find(({ event }) => event === shown['event']);
      assert.deepEqual({ ...line, time: shown['time'], correlationId: shown['correlationId'] }, shown);
      assert.deepEqual(Object.keys(line ?? {}), Object.keys(shown));

      workplace.write('why.mjs', regionOf('why.mjs#why'));
      const { output } = await workplace.type(`node why.mjs '${program.database}' ada@example.com`);
      const [newest = '{}'] = output.split('\n');
      const { at, ...event }: Record<string, unknown> = JSON.parse(newest);
      assert.match(String(at), /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
      assert.deepEqual(event, {
        kind: 'family_ended',
        client: 'example-spa',
        cause: 'reuse_detected',
        reason: null,
        correlationId: line?.['correlationId'],
      });
    } finally {
      workplace.remove();
      await program.close();
    }
  });

  test('its table of events has those that the program can write, by their levels', () => {
    const sources = globSync(['packages/*/src/**/*.ts', 'apps/ostiary/src/**/*.ts'], { cwd: root });
    const code = sources
      .filter((path) => !path.includes('.test.') && !path.includes('.fixture.'))
      .map((path) => readFileSync(join(root, path), 'utf8'))
      .join('\n');
    const written = [...code.matchAll(/\blog\.(info|warn|error)\('(\w+)'/g)].map(
      ([, level, event]) => `${event} ${level}`,
    );
    assert.ok(written.length > 10);
    const named = tableUnder(page, 'events').flatMap(([events = '', levels = '']) => {
      const each = levels.split(', ');
      return codesIn(events).map((event, index) => `${event} ${each[index] ?? each[0]}`);
    });
    assert.deepEqual(named.toSorted(), [...new Set(written)].toSorted());
  });
});

/** Ada signs in to the single-page app; then its first refresh token is used when two others came after it. */
async function reuseToken({ issuer }: IssuerProgram): Promise<void> {
  const verifier = 'a'.repeat(43);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const redirect = { client_id: 'example-spa', redirect_uri: 'http://localhost:3000/callback' };
  const request = new URLSearchParams({
    ...redirect,
    response_type: 'code',
    scope: 'openid offline_access read:reports',
    code_challenge: Buffer.from(hash).toString('base64url'),
    code_challenge_method: 'S256',
  });
  const address = await signInAt(browserAt(issuer), new URL(`${issuer}/authorize?${request}`));
  const post = async (form: Record<string, string>) => {
    const body = new URLSearchParams({ ...redirect, ...form });
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body });
    return (await answer.json()) as { refresh_token: string };
  };
  const code = address.searchParams.get('code') ?? '';
  const first = await post({ grant_type: 'authorization_code', code, code_verifier: verifier });
  const second = await post({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  await post({ grant_type: 'refresh_token', refresh_token: second.refresh_token });
  await post({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
}
