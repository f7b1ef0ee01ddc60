import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, callback, challenge, verifier } from '@ostiary/http/fixture';
import {
  assertion,
  billing,
  codeFor,
  exchange,
  freeWeb,
  introspect,
  isActive,
  openHouse,
  otherSpa,
  refusedWith,
  renew,
  spa,
  tokensFor,
  tokensIn,
  userinfo,
  web,
  withAssertion,
  type House,
} from './house.fixture.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

describe('row 48 (OAuth 2.1 4.1.3, ASVS 10.4.2): a code has a single use', () => {
  it('refuses a second valid use and revokes every token from the first', async () => {
    const code = await codeFor(house.browser());
    const tokens = tokensIn(await exchange(house, spa, code));
    assert.equal(await isActive(house, tokens.access_token), true);
    refusedWith(await exchange(house, spa, code), 'invalid_grant');
    refusedWith(await renew(house, spa, tokens.refresh_token), 'invalid_grant');
    assert.equal(await isActive(house, tokens.access_token), false);
    assert.equal((await userinfo(house, tokens.access_token)).status, 401);
  });

  it('revokes the tokens of later generations too', async () => {
    const code = await codeFor(house.browser());
    const tokens = tokensIn(await exchange(house, spa, code));
    const later = tokensIn(await renew(house, spa, tokens.refresh_token));
    refusedWith(await exchange(house, spa, code), 'invalid_grant');
    refusedWith(await renew(house, spa, later.refresh_token), 'invalid_grant');
    assert.equal(await isActive(house, later.access_token), false);
  });

  it('refuses the replay within a day of the redemption just the same', async () => {
    const code = await codeFor(house.browser());
    const tokens = tokensIn(await exchange(house, spa, code));
    house.clock.advance(3600);
    const replay = await exchange(house, spa, code);
    assert.equal(replay.body['error_cause'], 'code_replayed');
    refusedWith(await renew(house, spa, tokens.refresh_token), 'invalid_grant');
  });
});

describe('row 49 (OAuth 2.1 4.1.3): an invalid replay is refused and revokes nothing', () => {
  const invalid: [string, (code: string) => ReturnType<typeof exchange>][] = [
    ['wrong verifier', (code) => exchange(house, spa, code, { code_verifier: `${verifier}x` })],
    ['no verifier', (code) => exchange(house, spa, code, { code_verifier: '' })],
    ['another public client', (code) => exchange(house, otherSpa, code)],
    ['another confidential client', (code) => exchange(house, web, code)],
    ['another redirect_uri', (code) => exchange(house, spa, code, { redirect_uri: `${callback}/` })],
    ['no redirect_uri', (code) => exchange(house, spa, code, { redirect_uri: '' })],
  ];
  for (const [what, replay] of invalid) {
    it(what, async () => {
      const code = await codeFor(house.browser());
      const tokens = tokensIn(await exchange(house, spa, code));
      refusedWith(await replay(code), 'invalid_grant');
      assert.equal(await isActive(house, tokens.access_token), true);
      tokensIn(await renew(house, spa, tokens.refresh_token));
    });
  }

  it('and an invalid first use leaves the code to its rightful client', async () => {
    const code = await codeFor(house.browser());
    refusedWith(await exchange(house, spa, code, { code_verifier: `${verifier}x` }), 'invalid_grant');
    refusedWith(await exchange(house, otherSpa, code), 'invalid_grant');
    tokensIn(await exchange(house, spa, code));
  });
});

describe('row 51 (FAPI 2.0, ASVS 10.4.3): a code lives 60 seconds', () => {
  it('is good after 59 s', async () => {
    const code = await codeFor(house.browser());
    house.clock.advance(59);
    tokensIn(await exchange(house, spa, code));
  });

  for (const seconds of [60, 61, 3600]) {
    it(`is over after ${seconds} s`, async () => {
      const code = await codeFor(house.browser());
      house.clock.advance(seconds);
      refusedWith(await exchange(house, spa, code), 'invalid_grant');
    });
  }
});

describe('row 52 (OAuth 2.1, RFC 8707): a code is bound to', () => {
  const swaps: [string, string, (code: string) => ReturnType<typeof exchange>][] = [
    ['its client', 'invalid_grant', (code) => exchange(house, otherSpa, code, { redirect_uri: callback })],
    [
      'its redirect_uri',
      'invalid_grant',
      (code) => exchange(house, spa, code, { redirect_uri: 'https://evil.example/' }),
    ],
    ['its challenge', 'invalid_grant', (code) => exchange(house, spa, code, { code_verifier: 'v'.repeat(43) })],
    ['its resources', 'invalid_target', (code) => exchange(house, spa, code, { resource: billing })],
    [
      'its resources, by the alias audience',
      'invalid_target',
      (code) => exchange(house, spa, code, { audience: billing }),
    ],
  ];
  for (const [what, error, swapped] of swaps) {
    it(what, async () => {
      const code = await codeFor(house.browser());
      refusedWith(await swapped(code), error);
      tokensIn(await exchange(house, spa, code));
    });
  }

  it('its user', async () => {
    const browser = house.browser();
    const [ada, bob] = [await codeFor(browser), await codeFor(house.browser(), spa, {}, 'bob')];
    const subjects = await Promise.all(
      [ada, bob].map(async (code) => introspect(house, tokensIn(await exchange(house, spa, code)).access_token)),
    );
    assert.notEqual(subjects[0]?.['sub'], subjects[1]?.['sub']);
  });

  it('a redirect_uri that was left out at the authorization endpoint may be left out here', async () => {
    const code = await codeFor(house.browser(), spa, { redirect_uri: undefined });
    tokensIn(await exchange(house, spa, code, { redirect_uri: '' }));
  });
});

describe('row 53 (RFC 9700 4.8.2): a verifier if and only if a challenge was given', () => {
  it('public client, challenge without verifier', async () => {
    const code = await codeFor(house.browser());
    refusedWith(await exchange(house, spa, code, { code_verifier: '' }), 'invalid_grant');
  });

  it('confidential client, challenge without verifier', async () => {
    const code = await codeFor(house.browser(), freeWeb, { nonce: 'nonce-1' });
    refusedWith(await exchange(house, freeWeb, code, { code_verifier: '' }), 'invalid_grant');
  });

  it('confidential client, verifier without challenge: a downgrade', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined, nonce: 'nonce-1' };
    const code = await codeFor(house.browser(), freeWeb, without);
    refusedWith(await exchange(house, freeWeb, code), 'invalid_grant');
    tokensIn(await exchange(house, freeWeb, code, { code_verifier: '' }));
  });

  it('public client: no code without a challenge', async () => {
    const without = authorizeParameters({ code_challenge: undefined, code_challenge_method: undefined });
    const page = await house.browser().open(`/authorize?${without.toString()}`);
    assert.equal(new URL(page.leftTo ?? '').searchParams.get('error'), 'invalid_request');
  });
});

describe('row 54 (RFC 7636 4.1): a verifier has 43 to 128 unreserved characters', () => {
  const wrong: [string, string][] = [
    ['42 characters', 'a'.repeat(42)],
    ['129 characters', 'a'.repeat(129)],
    ['a space', `${'a'.repeat(42)} `],
    ['a plus sign', `${'a'.repeat(42)}+`],
    ['a letter outside ASCII', `${'a'.repeat(42)}\u00e9`],
    ['a NUL', `${'a'.repeat(42)}\0`],
  ];
  for (const [what, code_verifier] of wrong) {
    it(what, async () => {
      const code = await codeFor(house.browser());
      refusedWith(await exchange(house, spa, code, { code_verifier }), 'invalid_request');
      tokensIn(await exchange(house, spa, code));
    });
  }
});

it('row 55 (RFC 7636 7.2): the challenge cannot be had from the code or from any answer', async () => {
  const answer = await house.browser().authorize();
  const code = answer.get('code') ?? '';
  const { body } = await exchange(house, spa, code);
  const seen = [answer.toString(), Buffer.from(code, 'base64url').toString('latin1'), JSON.stringify(body)];
  for (const text of seen) {
    assert.ok(!text.includes(challenge));
    assert.ok(!text.includes(verifier));
    assert.ok(!text.includes(Buffer.from(challenge, 'base64url').toString('latin1')));
  }
});

describe('row 56 (OAuth 2.1): what the server draws cannot be guessed', () => {
  it('codes: 256 bits, base64url, all different', async () => {
    const browser = house.browser();
    const codes: string[] = [];
    for (let round = 0; round < 20; round += 1) codes.push(await codeFor(browser));
    assert.equal(new Set(codes).size, 20);
    for (const code of codes) assert.match(code, /^[A-Za-z0-9_-]{43}$/);
  });

  it('cookies: 256 bits', async () => {
    const browser = house.browser();
    await browser.authorize();
    assert.match(browser.cookies.get('ostiary-session-4000') ?? '', /^[A-Za-z0-9_-]{43}$/);
    assert.match(browser.cookies.get('ostiary-device-4000') ?? '', /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/);
  });

  it('refresh tokens: the tag has 256 bits, and two families share no part of it', async () => {
    const browser = house.browser();
    const tags = [await tokensFor(house, spa, { browser }), await tokensFor(house, spa, { browser })].map(
      ({ refresh_token }) => Buffer.from(refresh_token.slice(4), 'base64url').subarray(22),
    );
    assert.deepEqual(
      tags.map((tag) => tag.length),
      [32, 32],
    );
    assert.notDeepEqual(tags[0], tags[1]);
  });

  it('secrets are uniform: 20,000 drawn, chi-square of each character position', () => {
    const { draw } = house.service;
    const rounds = 20_000;
    const counts = Array.from({ length: 42 }, () => new Map<string, number>());
    for (let round = 0; round < rounds; round += 1) {
      const secret = draw.secret();
      for (const [at, count] of counts.entries()) count.set(secret.charAt(at), (count.get(secret.charAt(at)) ?? 0) + 1);
    }
    const expected = rounds / 64;
    for (const count of counts) {
      const chiSquare = [...count.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
      assert.equal(count.size, 64);
      // 63 degrees of freedom: 150 is exceeded once in 10^8 positions.
      assert.ok(chiSquare < 150, String(chiSquare));
    }
  });
});

describe('row 57: nothing of one kind is accepted as another', () => {
  let artefacts: Record<string, string>;
  before(async () => {
    const browser = house.browser();
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`);
    const tokens = await tokensFor(house, spa, { browser: house.browser() });
    const signedIn = house.browser();
    artefacts = {
      code: await codeFor(signedIn),
      'refresh token': tokens.refresh_token,
      'access token': tokens.access_token,
      'ID token': tokens.id_token,
      ticket: page.hidden['ticket'] ?? '',
      'CSRF token': page.hidden['csrf'] ?? '',
      'session cookie': signedIn.cookies.get('ostiary-session-4000') ?? '',
      'device cookie': signedIn.cookies.get('ostiary-device-4000') ?? '',
      'client assertion': await assertion(house),
      'random bytes': randomBytes(32).toString('base64url'),
    };
    for (const [kind, value] of Object.entries(artefacts)) assert.notEqual(value, '', kind);
  });

  const slots: Record<string, { owns: string; isRefused: (value: string) => Promise<boolean> }> = {
    'code at the token endpoint': {
      owns: 'code',
      isRefused: async (value) => (await exchange(house, spa, value)).status >= 400,
    },
    'refresh_token at the token endpoint': {
      owns: 'refresh token',
      isRefused: async (value) => (await renew(house, spa, value)).status >= 400,
    },
    'access token at userinfo': {
      owns: 'access token',
      isRefused: async (value) => (await userinfo(house, value)).status === 401,
    },
    'client_assertion at the token endpoint': {
      owns: 'client assertion',
      isRefused: async (value) => (await withAssertion(house, value)).status === 401,
    },
    'id_token_hint at the authorization endpoint': {
      owns: 'ID token',
      isRefused: async (value) => {
        const asked = authorizeParameters({ id_token_hint: value, prompt: 'none' });
        const page = await house.browser().open(`/authorize?${asked.toString()}`);
        return new URL(page.leftTo ?? '').searchParams.get('error') === 'invalid_request';
      },
    },
    'id_token_hint at the end-session endpoint': {
      owns: 'ID token',
      isRefused: async (value) =>
        (await house.browser().open(`/end-session?${new URLSearchParams({ id_token_hint: value }).toString()}`))
          .status === 400,
    },
    'ticket of a page': {
      owns: 'ticket',
      isRefused: async (value) =>
        (await house.browser().open(`/authorize/resume?${new URLSearchParams({ ticket: value }).toString()}`))
          .status === 400,
    },
    'session cookie': {
      owns: 'session cookie',
      isRefused: async (value) => {
        const headers = { cookie: `ostiary-session-4000=${value}` };
        return (await house.request('/account', { headers })).headers.get('location') === '/sign-in';
      },
    },
    'device cookie': {
      owns: 'device cookie',
      // A device cookie that is not ours is replaced.
      isRefused: async (value) => {
        const headers = { cookie: `ostiary-device-4000=${value}` };
        return (await house.request('/sign-in', { headers })).headers.getSetCookie().length === 1;
      },
    },
  };
  const kinds = [
    'code',
    'refresh token',
    'access token',
    'ID token',
    'ticket',
    'CSRF token',
    'session cookie',
    'device cookie',
    'client assertion',
    'random bytes',
  ];
  for (const [slot, { owns, isRefused }] of Object.entries(slots)) {
    it(`${slot}: accepts a ${owns} alone`, async () => {
      for (const kind of kinds.filter((each) => each !== owns)) {
        assert.equal(await isRefused(artefacts[kind] ?? ''), true, kind);
      }
      assert.equal(await isRefused(artefacts[owns] ?? ''), false, owns);
    });
  }
});
