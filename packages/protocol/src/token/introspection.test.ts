import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccessTokenClaims, ApiId, ClientMetadata } from '@ostiary/wire';
import {
  ada,
  adaFamily,
  adaSession,
  billing,
  dayMs,
  facts,
  family,
  hourMs,
  laptop,
  nowMs,
  policy,
  reports,
  spa,
  spaId,
  web,
  webId,
} from '../family.fixture.ts';
import {
  introspect,
  isAccessTokenActive,
  type AccessTokenFacts,
  type IntrospectedToken,
  type Introspector,
} from './introspection.ts';

const issuer = 'https://id.example';
const inactive = { active: false };

function claims(changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  return {
    iss: issuer,
    sub: ada,
    aud: reports,
    client_id: spaId,
    scope: 'read:reports',
    iat: nowMs / 1000 - 60,
    exp: nowMs / 1000 + 600,
    jti: 'jti-1',
    sid: adaSession,
    fam: adaFamily,
    dev: laptop,
    uep: 2,
    ...changes,
  };
}

function accessFacts(changes: Partial<AccessTokenFacts> = {}): AccessTokenFacts {
  const { user, session } = facts();
  const client = { ...facts().client, changedAtMs: nowMs - dayMs };
  return { claims: claims(), isRevoked: false, client, user, session, family: facts(), ...changes };
}

const accessToken = (changes: Partial<AccessTokenFacts> = {}): IntrospectedToken => ({
  kind: 'access',
  facts: accessFacts(changes),
});
const by = (metadata: ClientMetadata): Introspector => ({ kind: 'client', client: metadata });
const refreshToken = (changes = {}): IntrospectedToken => ({
  kind: 'refresh',
  facts: facts(),
  generation: 5,
  policy: policy(),
  ...changes,
});

describe('RFC 7662 2.2: an access token is active while all it stands on stands', () => {
  const { user, session } = facts();
  const { client } = accessFacts();
  const dead: [string, Partial<AccessTokenFacts>][] = [
    ['it was taken back', { isRevoked: true }],
    ['it expired', { claims: claims({ exp: nowMs / 1000 }) }],
    ['the client is disabled', { client: { ...client, isDisabled: true } }],
    ['the user is disabled', { user: { ...user!, isDisabled: true } }],
    ['the user is gone', { user: undefined }],
    ['the user signed out everywhere', { user: { ...user!, epoch: 3 } }],
    [
      'security 76: its family ended',
      { family: facts({ family: family({ endedAtMs: nowMs, endCause: 'reuse_detected' }) }) },
    ],
    ['its family is gone', { family: undefined }],
    ['the consent was withdrawn', { family: facts({ consent: { version: 4, isWithdrawn: true } }) }],
    ['the device was removed', { family: facts({ device: { id: laptop, isRemoved: true } }) }],
  ];
  for (const [name, changes] of dead) {
    test(`not when ${name}`, () => {
      assert.ok(!isAccessTokenActive(accessFacts(changes), nowMs));
      assert.deepEqual(introspect(accessToken(changes), by(spa()), issuer, nowMs), inactive);
    });
  }

  test('of a sign-in without refresh tokens: while the session stands', () => {
    const ofSession = { claims: claims({ fam: undefined }), family: undefined };
    assert.ok(isAccessTokenActive(accessFacts(ofSession), nowMs));
    assert.ok(!isAccessTokenActive(accessFacts({ ...ofSession, session: undefined }), nowMs));
    const ended = { ...ofSession, session: { ...session!, endCause: 'signed_out' as const } };
    assert.ok(!isAccessTokenActive(accessFacts(ended), nowMs));
  });

  test('and while the device is not removed and the consent not withdrawn', () => {
    const of = (changes: Partial<AccessTokenFacts>) =>
      isAccessTokenActive(accessFacts({ claims: claims({ fam: undefined }), family: undefined, ...changes }), nowMs);
    const givenAtMs = nowMs - dayMs;
    assert.ok(of({ device: {}, consent: { version: 0, givenAtMs } }));
    assert.ok(!of({ device: { removedAtMs: nowMs - 1 } }));
    assert.ok(!of({ consent: { version: 1, givenAtMs, withdrawnAtMs: nowMs - 1 } }));
  });

  test('given again, a consent brings back no token from before, and keeps none from after', () => {
    const issued = claims({ fam: undefined });
    const of = (givenAtMs: number, version = 2) =>
      isAccessTokenActive(accessFacts({ claims: issued, family: undefined, consent: { version, givenAtMs } }), nowMs);
    const issuedAtMs = issued.iat * 1000;
    assert.ok(!of(issuedAtMs + 1000));
    assert.ok(of(issuedAtMs + 999), 'issued in the same second, after it');
    assert.ok(of(issuedAtMs - 5000));
    assert.ok(of(issuedAtMs + 1000, 0), 'it was never withdrawn');
  });

  test('a client that is enabled again brings back no token from before', () => {
    const enabledAt = (changedAtMs: number, epoch = 1) =>
      isAccessTokenActive(
        accessFacts({ client: { ...accessFacts().client, epoch, changedAtMs }, family: undefined, claims: ofService }),
        nowMs,
      );
    const ofService = claims({ fam: undefined, sid: undefined });
    assert.ok(!enabledAt(nowMs - 1000));
    assert.ok(enabledAt(ofService.iat * 1000));
    assert.ok(enabledAt(nowMs - 1000, 0), 'it was never disabled');
  });

  test('of client_credentials: while the client stands', () => {
    const ofClient = {
      claims: claims({ sid: undefined, fam: undefined, uep: undefined }),
      user: undefined,
      session: undefined,
      family: undefined,
    };
    assert.ok(isAccessTokenActive(accessFacts(ofClient), nowMs));
  });

  test('of a stateless refresh token: while the user stands as they were', () => {
    const of = { claims: claims({ sid: undefined, fam: undefined }), session: undefined, family: undefined };
    assert.ok(isAccessTokenActive(accessFacts(of), nowMs));
    const { user } = facts();
    assert.ok(!isAccessTokenActive(accessFacts({ ...of, user: { ...user, epoch: user.epoch + 1 } }), nowMs));
    assert.ok(!isAccessTokenActive(accessFacts({ ...of, user: undefined }), nowMs));
  });
});

describe('security 123 and 124: a caller sees only what is meant for it', () => {
  test('its own tokens, and tokens for its API', () => {
    assert.equal(introspect(accessToken(), by(spa()), issuer, nowMs).active, true);
    assert.equal(introspect(accessToken(), by(web()), issuer, nowMs).active, true);
    const several = accessToken({ claims: claims({ aud: [billing, reports] }) });
    assert.equal(introspect(several, by(web()), issuer, nowMs).active, true);
  });

  test('anything else is inactive, byte for byte', () => {
    const stranger = web({ apis: { [billing]: ['pay'] } });
    const answers = [
      introspect(undefined, by(spa()), issuer, nowMs),
      introspect(accessToken(), by(stranger), issuer, nowMs),
      introspect(accessToken({ isRevoked: true }), by(spa()), issuer, nowMs),
      introspect(refreshToken(), by(stranger), issuer, nowMs),
      introspect(refreshToken({ generation: 4 }), by(spa()), issuer, nowMs),
      introspect(refreshToken({ generation: 6 }), by(spa()), issuer, nowMs),
    ];
    for (const answer of answers) assert.equal(JSON.stringify(answer), '{"active":false}');
  });

  test("a refresh token is its own client's alone, though the caller is the API", () => {
    assert.deepEqual(introspect(refreshToken(), by(web({ client_id: webId })), issuer, nowMs), inactive);
  });
});

test('an active access token is told without its internal handles', () => {
  assert.deepEqual(introspect(accessToken(), by(spa()), issuer, nowMs), {
    active: true,
    token_type: 'Bearer',
    iss: issuer,
    sub: ada,
    client_id: spaId,
    scope: 'read:reports',
    iat: nowMs / 1000 - 60,
    aud: reports,
    exp: nowMs / 1000 + 600,
    jti: 'jti-1',
    auth_time: undefined,
    acr: undefined,
    sid: adaSession,
  });
});

test('security 111: a bound access token is told with its key', () => {
  const bound = accessToken();
  assert.ok(bound.kind === 'access');
  bound.facts.claims.cnf = { jkt: 'key' };
  const answer = introspect(bound, by(spa()), issuer, nowMs);
  assert.ok(answer.active);
  assert.deepEqual([answer.token_type, answer.cnf], ['DPoP', { jkt: 'key' }]);
});

describe('a refresh token', () => {
  test('is told with its scope and the earlier of its two ends', () => {
    assert.deepEqual(introspect(refreshToken(), by(spa()), issuer, nowMs), {
      active: true,
      token_type: 'refresh_token',
      iss: issuer,
      sub: ada,
      client_id: spaId,
      scope: 'openid offline_access read:reports write:reports',
      iat: (nowMs - hourMs) / 1000,
      exp: (nowMs - hourMs + 14 * dayMs) / 1000,
    });
  });

  test('without limits has no exp', () => {
    const { grant, boundTo } = family().terms;
    const endless = facts({ family: family({ terms: { grant, boundTo } }) });
    const unlimited = policy({ idleSeconds: undefined, absoluteSeconds: undefined });
    const answer = introspect(refreshToken({ facts: endless, policy: unlimited }), by(spa()), issuer, nowMs);
    assert.ok(answer.active && !Object.hasOwn(answer, 'exp'));
  });

  test('is inactive when its family ended, expired or lost its ground', () => {
    const ended = facts({ family: family({ endedAtMs: nowMs, endCause: 'signed_out' }) });
    const expired = facts({ family: family({ usedAtMs: nowMs - 14 * dayMs }) });
    for (const at of [ended, expired, facts({ consent: undefined })])
      assert.deepEqual(introspect(refreshToken({ facts: at }), by(spa()), issuer, nowMs), inactive);
  });
});

describe('RFC 7662 2.1: an API learns of tokens whose audience it is, and of nothing else', () => {
  const about = (presented: IntrospectedToken, identifier: ApiId) =>
    introspect(presented, { kind: 'api', identifier }, issuer, nowMs);

  test('its own, also among several', () => {
    assert.equal(about(accessToken(), reports).active, true);
    assert.equal(about(accessToken({ claims: claims({ aud: [billing, reports] }) }), reports).active, true);
  });

  test("not another API's, not an inactive one, not a refresh token", () => {
    const refused = [
      about(accessToken(), billing),
      about(accessToken({ isRevoked: true }), reports),
      about(refreshToken(), reports),
    ];
    assert.deepEqual(refused, [inactive, inactive, inactive]);
  });
});
