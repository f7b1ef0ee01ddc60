import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { challenge, parse, plainRequest, refusalIn } from '../authorization.fixture.ts';
import { spa, web } from '../family.fixture.ts';
import { readParameters } from '../parameters.ts';
import { matchRedirectUri } from '../redirect-uri.ts';
import { returnAddress } from './request.ts';

const redirect_uri = 'https://web.example/callback';
const hybrid = web({ response_types: ['code', 'id_token', 'code id_token'], requirePkce: false });
const ask = (changes: Record<string, string | undefined>, client = hybrid) =>
  parse({ redirect_uri, response_type: 'code id_token', ...changes }, client);

describe('RFC 6749 3.1.1: the order of the words does not matter', () => {
  for (const response_type of ['code id_token', 'id_token code']) {
    test(response_type, () => {
      const parsed = ask({ response_type });
      assert.ok(parsed.ok);
      assert.equal(parsed.value.responseType, 'code id_token');
    });
  }
});

describe('response types with an access token do not exist, whatever is registered', () => {
  for (const response_type of ['token', 'code token', 'id_token token', 'code id_token token', 'none', 'code code']) {
    test(response_type, () => {
      assert.deepEqual(refusalIn(ask({ response_type })), { reason: 'response_type_unsupported' });
    });
  }
});

describe('a client has the response types it is registered for', () => {
  test('code alone, by default', () => {
    for (const response_type of ['id_token', 'code id_token']) {
      assert.deepEqual(refusalIn(ask({ response_type }, web())), { reason: 'response_type_not_allowed' });
    }
  });
  test('one without the other', () => {
    const only = web({ response_types: ['code id_token'] });
    assert.deepEqual(refusalIn(ask({ response_type: 'code' }, only)), { reason: 'response_type_not_allowed' });
    assert.ok(ask({}, only).ok);
  });
  test('an ID token alone needs no authorization_code', () => {
    const signInOnly = web({ response_types: ['id_token'], grant_types: [] });
    assert.ok(ask({ response_type: 'id_token' }, signInOnly).ok);
    const without = web({ response_types: ['code id_token'], grant_types: [] });
    assert.deepEqual(refusalIn(ask({}, without)), { reason: 'response_type_not_allowed' });
  });
});

describe('Multiple Response Types 3: how an ID token is sent', () => {
  const modeOf = (changes: Record<string, string>, client = hybrid) => {
    const parameters = readParameters(Object.entries({ ...plainRequest, redirect_uri, ...changes }));
    const redirect = matchRedirectUri(redirect_uri, client);
    assert.ok(parameters.ok && redirect.ok);
    return returnAddress(parameters.value, redirect.value, client).responseMode;
  };

  test('by form_post, asked for or not', () => {
    for (const response_type of ['id_token', 'code id_token']) {
      for (const response_mode of [undefined, 'form_post']) {
        const parsed = ask({ response_type, response_mode });
        assert.ok(parsed.ok);
        assert.equal(parsed.value.responseMode, 'form_post');
      }
    }
  });
  test('never in the query, and not in a fragment', () => {
    for (const response_mode of ['query', 'fragment', 'web_message']) {
      assert.deepEqual(refusalIn(ask({ response_mode })), { reason: 'response_mode_not_form_post' });
      assert.equal(modeOf({ response_type: 'code id_token', response_mode }), 'form_post');
    }
  });
  test('errors of other requests go the way they went', () => {
    assert.equal(modeOf({ response_type: 'code' }), 'query');
    assert.equal(modeOf({ response_type: 'token' }), 'query');
    assert.equal(modeOf({ response_type: 'code id_token' }, web()), 'query');
  });
});

describe('Core 3.2.2.1 and 3.3.2.11: what such a request must have', () => {
  test('a nonce, with PKCE and without', () => {
    const missing = { reason: 'parameter_missing', parameter: 'nonce' };
    for (const response_type of ['id_token', 'code id_token']) {
      assert.deepEqual(refusalIn(ask({ response_type, nonce: undefined })), missing);
      assert.deepEqual(refusalIn(ask({ response_type, nonce: '' })), missing);
    }
  });
  test('the scope openid', () => {
    for (const response_type of ['id_token', 'code id_token']) {
      assert.deepEqual(refusalIn(ask({ response_type, scope: 'profile read:reports' })), {
        reason: 'scope_without_openid',
      });
    }
  });
});

describe('PKCE', () => {
  const bare = { code_challenge: undefined, code_challenge_method: undefined };
  const strict = web({ response_types: ['id_token', 'code id_token'] });

  test('is for the code of a hybrid answer as for any: required unless waived', () => {
    assert.deepEqual(refusalIn(ask(bare, strict)), { reason: 'pkce_missing' });
    assert.ok(ask(bare).ok);
    const parsed = ask({}, strict);
    assert.ok(parsed.ok);
    assert.equal(parsed.value.codeChallenge, challenge);
  });
  test('has nothing to protect where there is no code', () => {
    assert.ok(ask({ ...bare, response_type: 'id_token' }, strict).ok);
  });
});

test('Core 11: without a code nobody is asked to allow what no token would carry', () => {
  const parsed = ask({ response_type: 'id_token', scope: 'openid profile offline_access read:reports' });
  assert.ok(parsed.ok);
  assert.deepEqual([parsed.value.scopes, parsed.value.apis], [['openid', 'profile'], {}]);
  assert.deepEqual(parsed.ignoredScopes, ['offline_access', 'read:reports']);
});

test('a public client is held to the same', () => {
  const open = spa({ response_types: ['code id_token'] });
  assert.ok(parse({ response_type: 'code id_token' }, open).ok);
});
