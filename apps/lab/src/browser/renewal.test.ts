import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { callApi } from './api-call.ts';
import { createRecorder } from './recorder.ts';
import { renew } from './renewal.ts';
import type { RenewalPorts } from './renewal.ts';
import type { TokenSet, TokenStore } from './token-store.ts';

const NOW_MS = 1_000_000;
const LIVING = `e30.${btoa('{"exp":2000}')}.c2ln`;
const OVER = `e30.${btoa('{"exp":1000}')}.c2ln`;

type Answer = (request: { url: string; form: URLSearchParams; headers: Headers }) => Response | Promise<Response>;

let sent: URLSearchParams[];
let called: string[];
let store: TokenStore;

beforeEach(() => {
  sent = [];
  called = [];
  store = memoryStore({ accessToken: LIVING });
});

function memoryStore(changes: Partial<TokenSet>): TokenStore {
  let kept: TokenSet | undefined = {
    accessToken: LIVING,
    refreshToken: 'ort_0',
    idToken: 'id',
    scope: 'openid',
    generation: 0,
    refreshExpiresAtMs: undefined,
    ...changes,
  };
  return {
    read: () => kept,
    write: (tokens) => {
      kept = tokens;
    },
    clear: () => {
      kept = undefined;
    },
  };
}

function ports(answer: Answer): RenewalPorts {
  const recorder = createRecorder({
    storage: { getItem: () => null, setItem: () => {} },
    nowMs: () => NOW_MS,
    onChange: () => {},
    fetch: async (url, init) => {
      const form = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams();
      const headers = new Headers(init?.headers);
      if (init?.method === 'POST') sent.push(form);
      else called.push(headers.get('authorization') ?? '');
      return answer({ url: url instanceof Request ? url.url : url.toString(), form, headers });
    },
  });
  return {
    recorder,
    store: () => store,
    nowMs: () => NOW_MS,
    tokenEndpoint: 'http://localhost/token',
    clientId: 'lab-spa',
    redirectUri: 'http://localhost/callback',
  };
}

const tokens = (refreshToken: string | undefined, accessToken = LIVING) =>
  Response.json({
    access_token: accessToken,
    token_type: 'Bearer',
    refresh_token: refreshToken,
    refresh_token_expires_in: 60,
  });

describe('renew', () => {
  it('S1.4: sends what the document sends, and an attempt that is kept before it is sent', async () => {
    const renewal = await renew(
      ports(({ form }) => {
        assert.equal(store.read()?.attempt, form.get('attempt'));
        return tokens('ort_1');
      }),
    );
    assert.equal(renewal.kind, 'renewed');
    const form = Object.fromEntries(sent[0] ?? []);
    assert.match(form['attempt'] ?? '', /^[A-Za-z0-9_-]{22,128}$/);
    assert.deepEqual(form, {
      grant_type: 'refresh_token',
      client_id: 'lab-spa',
      scope: 'openid',
      redirect_uri: 'http://localhost/callback',
      refresh_token: 'ort_0',
      attempt: form['attempt'],
    });
  });

  it('stores the successor, counts the generation and forgets the attempt', async () => {
    await renew(ports(() => tokens('ort_1')));
    const stored = store.read();
    assert.equal(stored?.refreshToken, 'ort_1');
    assert.equal(stored?.generation, 1);
    assert.equal(stored?.refreshExpiresAtMs, NOW_MS + 60_000);
    assert.equal(stored?.attempt, undefined);
    assert.equal(stored?.idToken, 'id');
  });

  it('draws a fresh attempt for each refresh token', async () => {
    let generation = 0;
    const twice = ports(() => tokens(`ort_${(generation += 1)}`));
    await renew(twice);
    await renew(twice);
    assert.notEqual(sent[0]?.get('attempt'), sent[1]?.get('attempt'));
  });

  it('RFC 6749 section 6: an answer without a refresh token keeps the old one', async () => {
    await renew(ports(() => tokens(undefined)));
    assert.equal(store.read()?.refreshToken, 'ort_0');
    assert.equal(store.read()?.generation, 0);
  });

  const troubles: [name: string, answer: Answer][] = [
    ['a broken line', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['503', () => Response.json({ error: 'temporarily_unavailable' }, { status: 503 })],
    ['429', () => Response.json({ error: 'slow_down' }, { status: 429 })],
    ['a page of a proxy', () => new Response('<html>', { status: 502 })],
    ['half an answer', () => new Response('{"access_token":"x",')],
  ];
  for (const [name, answer] of troubles) {
    it(`after ${name} everything is kept, and the next try is the same attempt`, async () => {
      assert.equal((await renew(ports(answer))).kind, 'keep');
      assert.equal(store.read()?.refreshToken, 'ort_0');
      assert.equal((await renew(ports(() => tokens('ort_1')))).kind, 'renewed');
      assert.equal(sent[0]?.get('attempt'), sent[1]?.get('attempt'));
    });
  }

  it('S1.5: invalid_grant ends the session and removes the tokens', async () => {
    const renewal = await renew(ports(() => Response.json({ error: 'invalid_grant' }, { status: 400 })));
    assert.deepEqual(renewal, { kind: 'ended', reason: 'invalid_grant' });
    assert.equal(store.read(), undefined);
  });

  it('invalid_grant ends nothing when somebody else has stored a successor meanwhile', async () => {
    const renewal = await renew(
      ports(() => {
        store = memoryStore({ refreshToken: 'ort_1', generation: 1 });
        return Response.json({ error: 'invalid_grant' }, { status: 400 });
      }),
    );
    assert.equal(renewal.kind, 'keep');
    assert.equal(store.read()?.refreshToken, 'ort_1');
  });

  it('a lost answer never reaches the app; the second try gets the same successor', async () => {
    const lossy = ports(() => tokens('ort_1'));
    const first = await renew(lossy, { losesAnswer: true });
    assert.equal(store.read()?.refreshToken, 'ort_0');
    const second = await renew(lossy);
    assert.ok(first.kind === 'keep' && second.kind === 'renewed');
    assert.equal(second.fingerprint, first.lostFingerprint);
    assert.equal(second.tokens.generation, 1);
    assert.deepEqual(
      lossy.recorder.log().map(({ fact }) => (fact?.kind === 'renewed' ? `renewed ${fact.repeats}` : fact?.kind)),
      ['answer-lost', 'renewed true'],
    );
  });

  it('two renewals at once send the same token and count one generation', async () => {
    const both = ports(() => tokens('ort_1'));
    await Promise.all([renew(both), renew(both)]);
    assert.deepEqual(
      sent.map((form) => form.get('refresh_token')),
      ['ort_0', 'ort_0'],
    );
    assert.equal(sent[0]?.get('attempt'), sent[1]?.get('attempt'));
    assert.equal(store.read()?.generation, 1);
    const repeats = both.recorder.log().map(({ fact }) => fact?.kind === 'renewed' && fact.repeats);
    assert.equal(repeats.filter(Boolean).length, 1);
  });
});

describe('callApi', () => {
  const call = { api: 'reports', apiUrl: 'http://localhost/api', looksAtExp: true } as const;
  const api = (accepts: string, refusal: number): Answer => {
    return ({ headers, url }) => {
      if (url.endsWith('/token')) return tokens('ort_1', accepts);
      return new Response('{}', { status: headers.get('authorization') === `Bearer ${accepts}` ? 200 : refusal });
    };
  };

  it('S1.4: renews first when exp is over, and the API sees only the new token', async () => {
    store = memoryStore({ accessToken: OVER });
    const result = await callApi(ports(api(LIVING, 401)), call);
    assert.deepEqual(result, { kind: 'answered', status: 200, hasRenewed: true });
    assert.deepEqual(called, [`Bearer ${LIVING}`]);
  });

  it('S1.4: renews after a 401 and calls again', async () => {
    store = memoryStore({ accessToken: OVER });
    const result = await callApi(ports(api(LIVING, 401)), { ...call, looksAtExp: false });
    assert.deepEqual(result, { kind: 'answered', status: 200, hasRenewed: true });
    assert.deepEqual(called, [`Bearer ${OVER}`, `Bearer ${LIVING}`]);
  });

  it('S1.4: renews after a 403 of the legacy API, not of the other one', async () => {
    store = memoryStore({ accessToken: OVER });
    const refusing = ports(api(LIVING, 403));
    const blind = { ...call, looksAtExp: false };
    assert.deepEqual(await callApi(refusing, blind), { kind: 'answered', status: 403, hasRenewed: false });
    assert.deepEqual(await callApi(refusing, { ...blind, api: 'legacy' }), {
      kind: 'answered',
      status: 200,
      hasRenewed: true,
    });
  });

  it('an API that always refuses gets two calls, not more', async () => {
    const stubborn: Answer = ({ url }) => {
      if (url.endsWith('/token')) return tokens('ort_2');
      if (called.length > 5) throw new Error('this is a loop');
      return new Response('{}', { status: 401 });
    };
    assert.deepEqual(await callApi(ports(stubborn), call), { kind: 'answered', status: 401, hasRenewed: true });
    assert.equal(called.length, 2);
  });

  it('S1.5: says that the session ended when the renewal does', async () => {
    store = memoryStore({ accessToken: OVER });
    const dead: Answer = () => Response.json({ error: 'invalid_grant', error_description: 'over' }, { status: 400 });
    assert.deepEqual(await callApi(ports(dead), call), { kind: 'ended', reason: 'over' });
    assert.deepEqual(called, []);
  });

  it('keeps the tokens when the line is broken', async () => {
    const result = await callApi(
      ports(() => Promise.reject(new TypeError('Failed to fetch'))),
      call,
    );
    assert.equal(result.kind, 'failed');
    assert.equal(store.read()?.refreshToken, 'ort_0');
  });
});
