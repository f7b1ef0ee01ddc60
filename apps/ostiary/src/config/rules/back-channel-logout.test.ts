import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, problemsOf, service, web } from '../config.fixture.ts';

const uri = 'https://app.example.com/backchannel-logout';
/** What is said of this address. */
function faultsOf(backchannel_logout_uri: string, isDevelopment = false): string[] {
  const issuer = isDevelopment ? 'http://localhost:4000' : 'https://id.example.com';
  return errorsOf({ issuer, clients: [{ ...web, backchannel_logout_uri }] }, { isDevelopment });
}

test('an application is told where it says', () => {
  const client = { ...web, backchannel_logout_uri: uri, backchannel_logout_session_required: true };
  assert.deepEqual(problemsOf({ clients: [client] }), []);
});

test('plain http is for this machine, in development', () => {
  assert.deepEqual(faultsOf('http://localhost:3000/logout', true), []);
  assert.deepEqual(faultsOf('http://localhost:3000/logout'), [
    'clients[0].backchannel_logout_uri: must begin with https:// outside development',
  ]);
  for (const isDevelopment of [true, false]) {
    assert.deepEqual(faultsOf('http://169.254.169.254/latest', isDevelopment), [
      'clients[0].backchannel_logout_uri: must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only',
    ]);
  }
});

test('what is no address, or hides something in it, is refused', () => {
  for (const address of [
    'logout',
    'file:///etc/passwd',
    `${uri}#x`,
    'https://a:b@app.example.com/',
    'https://app\\.example',
  ])
    assert.equal(faultsOf(address).length, 1, address);
});

test('a service has no sessions', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...service, backchannel_logout_uri: uri }] }), [
    'clients[0].backchannel_logout_uri: a service has no sessions that could end; remove it',
  ]);
});

test('what needs an address is refused without one', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, backchannel_logout_session_required: true }] }), [
    'clients[0].backchannel_logout_session_required: is for clients with a backchannel_logout_uri; add that, or remove it',
  ]);
});
