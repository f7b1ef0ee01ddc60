import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, problemsOf } from '../config.fixture.ts';
import { passwordFault } from './users.ts';

const ada = { username: 'ada@example.com', password: 'four words and more' };

test('a short password is refused, and it says why', () => {
  assert.deepEqual(errorsOf({ users: [{ ...ada, password: 'fourteen chars' }] }), [
    'users[0].password: has 14 characters; use at least 15: a password that is the only proof of a person needs that length (NIST SP 800-63B-4); a few words in a row will do',
  ]);
});

test('a short password is accepted in development', () => {
  const config = { issuer: 'http://localhost:4000', users: [{ ...ada, password: 'ada' }] };
  assert.deepEqual(problemsOf(config, { isDevelopment: true }), []);
});

test('the length of a password is counted in characters, not in code units', () => {
  assert.equal(passwordFault('😀'.repeat(15)), undefined);
  assert.match(passwordFault('😀'.repeat(14)) ?? '', /^has 14 characters/);
});

test('a username is not blank', () => {
  assert.deepEqual(errorsOf({ users: [{ ...ada, username: ' ' }] }), [
    'users[0].username: is blank; give the user a name or an e-mail address',
  ]);
});

for (const claim of ['sub', 'iss', 'aud', 'exp', 'nonce', 'amr']) {
  test(`a user cannot be given the claim ${claim}`, () => {
    assert.deepEqual(errorsOf({ users: [{ ...ada, claims: { name: 'Ada', [claim]: 'x' } }] }), [
      `users[0].claims.${claim}: is set by the issuer alone; remove it`,
    ]);
  });
}
