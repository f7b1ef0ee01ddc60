import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockedUrl, safeUrl } from './safe-url.ts';

for (const address of [
  'https://app.example/cb?x=1',
  'http://localhost:4001/',
  '/account',
  '/',
  'com.example.app:/done',
  'com.example.app://done',
]) {
  test(`${address} is kept`, () => assert.equal(safeUrl(address), address));
}

for (const address of [
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'JaVa\tScript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:https://a/b',
  'file:///etc/passwd',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/a\\b',
  'relative',
  '',
  'myapp:x',
]) {
  test(`${JSON.stringify(address)} is blocked`, () => assert.equal(safeUrl(address), blockedUrl));
}
