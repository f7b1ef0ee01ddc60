import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { challenge, parse, plainRequest, refusalIn } from '../authorization.fixture.ts';
import { ada, billing, reports, spa, web } from '../family.fixture.ts';
import { readParameters } from '../parameters.ts';
import { matchRedirectUri } from '../redirect-uri.ts';
import { returnAddress } from './request.ts';

test('RFC 6749 4.1.1: a complete request is read into a typed one', () => {
  assert.deepEqual(parse(), {
    ok: true,
    ignoredScopes: [],
    value: {
      clientId: 'lab-spa',
      redirectUri: 'https://app.example/callback',
      redirectUriGiven: true,
      responseType: 'code',
      responseMode: 'query',
      state: 'af0ifjsldkj',
      nonce: 'n-0S6_WzA2Mj',
      codeChallenge: challenge,
      jkt: undefined,
      scopes: ['openid', 'offline_access'],
      apis: { [reports]: ['read:reports'] },
      prompts: [],
      maxAgeSeconds: undefined,
      loginHint: undefined,
      hintedSub: undefined,
      acrValues: [],
      uiLocales: [],
    },
  });
});

test('OIDC Core 3.1.2.1: the optional parameters are read', () => {
  const parsed = parse(
    {
      prompt: 'login consent',
      max_age: '0',
      login_hint: 'ada@example.com',
      acr_values: '2  1',
      ui_locales: 'de en',
      display: 'page',
      response_mode: 'form_post',
    },
    spa(),
    { isOurs: true, sub: ada },
  );
  assert.ok(parsed.ok);
  const { prompts, maxAgeSeconds, loginHint, hintedSub, acrValues, uiLocales, responseMode } = parsed.value;
  assert.deepEqual(
    { prompts, maxAgeSeconds, loginHint, hintedSub, acrValues, uiLocales, responseMode },
    {
      prompts: ['login', 'consent'],
      maxAgeSeconds: 0,
      loginHint: 'ada@example.com',
      hintedSub: ada,
      acrValues: ['2', '1'],
      uiLocales: ['de', 'en'],
      responseMode: 'form_post',
    },
  );
});

describe('security 16: unknown parameters are ignored', () => {
  test('however odd', () => {
    for (const name of ['unknown', '__proto__', 'constructor', 'claims', 'Prompt', 'DPoP'])
      assert.ok(parse({ [name]: 'x' }).ok, name);
  });
});

describe('security 109: dpop_jkt (RFC 9449 section 10)', () => {
  test('is read', () => {
    const parsed = parse({ dpop_jkt: challenge });
    assert.equal(parsed.ok && parsed.value.jkt, challenge);
  });

  test('that is no SHA-256 thumbprint is invalid_request', () => {
    for (const dpop_jkt of ['x', `${challenge}=`, challenge.slice(1), `${challenge.slice(1)}+`])
      assert.deepEqual(refusalIn(parse({ dpop_jkt })), { reason: 'parameter_malformed', parameter: 'dpop_jkt' });
  });
});

describe('security 18: response_type', () => {
  test('missing is invalid_request', () => {
    assert.deepEqual(refusalIn(parse({ response_type: undefined })), {
      reason: 'parameter_missing',
      parameter: 'response_type',
    });
  });

  const others = ['token', 'id_token token', 'code token', 'code id_token token', 'none', 'CODE'];
  for (const response_type of others) {
    test(`"${response_type}" is not supported`, () => {
      assert.equal(refusalIn(parse({ response_type }))?.reason, 'response_type_unsupported');
    });
  }

  test('a client without it, or without the grant that goes with it, may not use code', () => {
    for (const changes of [{ response_types: [] }, { grant_types: ['client_credentials' as const] }])
      assert.equal(refusalIn(parse({}, spa(changes)))?.reason, 'response_type_not_allowed');
  });
});

test('security 35: response modes other than query and form_post are refused, and the error goes by query', () => {
  for (const response_mode of ['fragment', 'web_message', 'jwt', 'query.jwt', 'QUERY']) {
    assert.equal(refusalIn(parse({ response_mode }))?.reason, 'response_mode_unsupported');
    assert.equal(addressOf({ response_mode }).responseMode, 'query');
  }
  assert.equal(addressOf({ response_mode: 'form_post' }).responseMode, 'form_post');
});

describe('security 19: PKCE is required, and S256 alone', () => {
  const cases: [string, Record<string, string | undefined>, string][] = [
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'pkce_missing'],
    ['a method without a challenge', { code_challenge: undefined }, 'pkce_missing'],
    ['plain', { code_challenge_method: 'plain' }, 'pkce_method_not_s256'],
    ['an absent method, which means plain', { code_challenge_method: undefined }, 'pkce_method_not_s256'],
    ['an empty method, which is an absent one', { code_challenge_method: '' }, 'pkce_method_not_s256'],
    ['another spelling of the method', { code_challenge_method: 's256' }, 'pkce_method_not_s256'],
  ];
  for (const [name, changes, reason] of cases) {
    test(`${name} is refused`, () => {
      for (const client of [spa(), spa({ type: 'native' }), spa({ type: 'device' })])
        assert.equal(refusalIn(parse(changes, client))?.reason, reason);
    });
  }

  const none = { code_challenge: undefined, code_challenge_method: undefined, redirect_uri: undefined };

  test('it is waived only for a confidential client that is registered so and sends a nonce', () => {
    assert.ok(parse(none, web({ requirePkce: false })).ok);
    assert.equal(refusalIn(parse(none, web()))?.reason, 'pkce_missing');
    assert.equal(refusalIn(parse({ ...none, nonce: undefined }, web({ requirePkce: false })))?.reason, 'pkce_missing');
    assert.equal(refusalIn(parse(none, spa({ requirePkce: false })))?.reason, 'pkce_missing');
  });

  test('a waiver lets no weaker method in', () => {
    const plain = { ...none, code_challenge: challenge, code_challenge_method: 'plain' };
    assert.equal(refusalIn(parse(plain, web({ requirePkce: false })))?.reason, 'pkce_method_not_s256');
  });
});

test('RFC 7636 4.2: a challenge is 43 base64url characters', () => {
  const wrong = [
    challenge.slice(1),
    `${challenge}a`,
    `${challenge.slice(1)}=`,
    `${challenge.slice(1)}+`,
    `${challenge.slice(1)}\n`,
  ];
  for (const code_challenge of wrong) {
    assert.deepEqual(refusalIn(parse({ code_challenge })), {
      reason: 'parameter_malformed',
      parameter: 'code_challenge',
    });
  }
});

describe('OIDC Core 3.1.2.6: what is not supported is refused by its own error', () => {
  for (const [name, reason] of [
    ['request', 'request_object_unsupported'],
    ['request_uri', 'request_uri_unsupported'],
    ['registration', 'registration_unsupported'],
  ] as const) {
    test(name, () => assert.equal(refusalIn(parse({ [name]: 'x' }))?.reason, reason));
  }
});

describe('security 23 to 26: prompt, max_age and hints', () => {
  test('prompt=none stands alone', () => {
    assert.ok(parse({ prompt: 'none' }).ok);
    for (const prompt of ['none login', 'consent none', 'none select_account'])
      assert.equal(refusalIn(parse({ prompt }))?.reason, 'prompt_none_with_others');
  });

  test('an unknown prompt is refused, not ignored', () => {
    for (const prompt of ['create', 'NONE', 'login,consent'])
      assert.deepEqual(refusalIn(parse({ prompt })), { reason: 'parameter_malformed', parameter: 'prompt' });
  });

  test('max_age is a number of seconds', () => {
    for (const max_age of ['-1', '1.5', '1e3', ' 1', 'x', '0x10', '9999999999', '١'])
      assert.deepEqual(refusalIn(parse({ max_age })), { reason: 'parameter_malformed', parameter: 'max_age' });
  });

  test('an id_token_hint that is not ours is refused', () => {
    assert.equal(refusalIn(parse({ id_token_hint: 'x' }, spa(), { isOurs: false }))?.reason, 'hint_invalid');
  });
});

describe('security 30: scope', () => {
  test('omitted, or nothing that this client may have, is invalid_scope', () => {
    for (const scope of [undefined, ' ', 'unknown', 'pay'])
      assert.equal(refusalIn(parse({ scope }))?.reason, 'scope_empty');
  });

  test('what is not understood is left out and told', () => {
    const parsed = parse({ scope: 'openid unknown read:reports' });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.ignoredScopes, ['unknown']);
    assert.deepEqual(parsed.value.scopes, ['openid']);
  });

  test('characters outside RFC 6749 3.3 are malformed', () => {
    for (const scope of ['openid "x"', 'openid\tprofile', 'openid é', 'a\\b'])
      assert.deepEqual(refusalIn(parse({ scope })), { reason: 'scope_malformed' });
  });
});

describe('security 119: resource (RFC 8707)', () => {
  test('names an API of the client, by resource or by its alias audience', () => {
    for (const name of ['resource', 'audience']) {
      const parsed = parse({ [name]: reports, scope: undefined });
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.value.apis, { [reports]: [] });
    }
  });

  test('unknown, relative, with a fragment or of another client: invalid_target', () => {
    for (const resource of [
      'https://nobody.example',
      '/reports',
      `${reports}#x`,
      `${reports}/`,
      reports.toUpperCase(),
      billing,
    ])
      assert.equal(refusalIn(parse({ resource }))?.reason, 'target_unknown', resource);
  });
});

test('security 20: state comes back unchanged, whatever it holds', () => {
  assert.equal(addressOf({ state: 'x'.repeat(1000) }).state?.length, 1000);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 1000 }), (state) => {
      assert.equal(addressOf({ state }).state, state);
      const parsed = parse({ state });
      assert.ok(parsed.ok && parsed.value.state === state);
    }),
  );
});

test('no request throws', () => {
  const names = fc.oneof(fc.constantFrom(...Object.keys(plainRequest), 'prompt', 'max_age', 'resource'), fc.string());
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('none', 'code', 'S256', 'openid', '-1', reports),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values), { maxLength: 8 }), (changes) => {
      const { ok } = parse(Object.fromEntries(changes));
      assert.equal(typeof ok, 'boolean');
    }),
  );
});

function addressOf(changes: Record<string, string>) {
  const parameters = readParameters(Object.entries({ ...plainRequest, ...changes }));
  assert.ok(parameters.ok);
  const redirect = matchRedirectUri(plainRequest.redirect_uri, spa());
  assert.ok(redirect.ok);
  return returnAddress(parameters.value, redirect.value, spa());
}
