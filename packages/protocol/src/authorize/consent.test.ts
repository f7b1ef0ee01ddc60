import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RegisteredRedirectUri } from '@ostiary/model';
import { consent, request } from '../authorization.fixture.ts';
import { ada, billing, frozen, nowMs, reports, spa, spaId, web } from '../family.fixture.ts';
import { needsConsent, notYetAllowed, widenedConsent } from './consent.ts';

/** Hosts and time that a consent is given with. */
const shown = { redirectHosts: ['app.example'], nowMs };
const asked = (changes = {}) => request({ apis: { [reports]: ['read:reports'] }, ...changes });

describe('what the user has not allowed yet', () => {
  test('is all of it without a standing consent', () => {
    const all = { scopes: ['openid', 'offline_access'], apis: { [reports]: ['read:reports'] } };
    assert.deepEqual(notYetAllowed(asked(), undefined), all);
    assert.deepEqual(notYetAllowed(asked(), consent({ withdrawnAtMs: nowMs })), all);
  });

  test('is what goes beyond it: scopes, scopes of an API, or an API as such', () => {
    const more = asked({
      scopes: ['openid', 'profile'],
      apis: { [reports]: ['read:reports', 'admin'], [billing]: [] },
    });
    assert.deepEqual(notYetAllowed(more, consent()), {
      scopes: ['profile'],
      apis: { [reports]: ['admin'], [billing]: [] },
    });
  });

  test('is nothing when less is asked than was allowed', () => {
    assert.deepEqual(notYetAllowed(asked({ scopes: ['openid'] }), consent()), { scopes: [], apis: {} });
  });
});

describe('when the consent page is shown', () => {
  const needs = (changes: object, allowed = consent(), client = spa(), trustsLoopback = false) =>
    needsConsent(asked(changes), allowed, client, trustsLoopback);
  const to = (redirectUri: string) => ({ redirectUri: redirectUri as RegisteredRedirectUri });

  test('not when all was allowed before', () => assert.ok(!needs({})));
  test('when it is asked for', () => assert.ok(needs({ prompts: ['consent'] })));
  test('when more is asked, offline access above all', () => assert.ok(needs({}, consent({ scopes: ['openid'] }))));
  test('when the answer goes to a host the user was not shown', () =>
    assert.ok(needs(to('https://other.example/callback'))));

  test('security 36: always, for a public client behind a loopback port or a private scheme', () => {
    for (const [uri, host] of [
      ['http://127.0.0.1:5000/cb', '127.0.0.1:5000'],
      ['http://localhost:4001/callback', 'localhost:4001'],
      ['com.example.app:/cb', 'com.example.app:'],
    ] as const)
      assert.ok(needs(to(uri), consent({ redirectHosts: [host] })), uri);
  });

  test('security 36: loopback is trusted in development only, and look-alikes never', () => {
    const shown = consent({ redirectHosts: ['localhost:4001', 'localhost.evil.example'] });
    assert.ok(!needs(to('http://localhost:4001/callback'), shown, spa(), true));
    assert.ok(needs(to('http://localhost.evil.example/callback'), shown, spa(), true));
  });

  test('not for a confidential client, which proves who it is', () => {
    const shown = consent({ redirectHosts: ['127.0.0.1:5000'] });
    assert.ok(!needs(to('http://127.0.0.1:5000/cb'), shown, web()));
  });
});

describe('the consent after "allow"', () => {
  test('holds what stood before and what was asked, and keeps its version so that other devices go on', () => {
    const more = asked({ scopes: ['openid', 'profile'], apis: { [billing]: ['pay'] } });
    assert.deepEqual(widenedConsent(frozen(consent()), frozen(more), ada, shown), {
      ...consent(),
      scopes: ['openid', 'offline_access', 'profile'],
      apis: { [reports]: ['read:reports', 'write:reports'], [billing]: ['pay'] },
    });
  });

  test('a first one begins at version 0', () => {
    assert.deepEqual(widenedConsent(undefined, asked(), ada, shown), {
      userId: ada,
      clientId: spaId,
      version: 0,
      scopes: ['openid', 'offline_access'],
      apis: { [reports]: ['read:reports'] },
      redirectHosts: ['app.example'],
      givenAtMs: nowMs,
    });
  });

  test('a withdrawn one gives nothing to the next but its version', () => {
    const renewed = widenedConsent(consent({ version: 5, withdrawnAtMs: nowMs - 1 }), asked(), ada, shown);
    assert.equal(renewed.version, 5);
    assert.equal(renewed.withdrawnAtMs, undefined);
    assert.deepEqual(renewed.apis, { [reports]: ['read:reports'] });
  });
});
