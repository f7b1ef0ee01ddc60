import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';

test('without arguments everything is measured, five times', () => {
  assert.deepEqual(parseOptions([]), {
    scenarios: ['refresh', 'crowd', 'code', 'client_credentials', 'discovery', 'race', 'start', 'api'],
    subjects: ['floor', 'oidc-provider', 'ostiary'],
    runs: 5,
    seconds: 3,
    stores: ['sqlite', 'postgres'],
    connections: 32,
    families: 1_000_000,
    before: undefined,
    isProfiling: false,
    isWriting: false,
  });
});

test('lists choose scenarios and subjects, in the order of the benchmark', () => {
  const options = parseOptions(['--only', 'code,refresh', '--subjects', 'ostiary,floor']);
  assert.deepEqual(options.scenarios, ['refresh', 'code']);
  assert.deepEqual(options.subjects, ['floor', 'ostiary']);
});

test('numbers are read', () => {
  const options = parseOptions([
    '--runs',
    '3',
    '--seconds',
    '1',
    '--connections',
    '8',
    '--families',
    '1000',
    '--write',
  ]);
  assert.deepEqual(
    [options.runs, options.seconds, options.connections, options.families, options.isWriting],
    [3, 1, 8, 1000, true],
  );
});

test('an unknown scenario or subject is refused by name', () => {
  assert.throws(() => parseOptions(['--only', 'refresh,login']), /--only: "login" is not one of refresh, crowd, code/);
  assert.throws(() => parseOptions(['--subjects', 'hydra']), /--subjects: "hydra" is not one of floor/);
  assert.throws(() => parseOptions(['--only', '']), /--only: "" is not one of/);
});

test('a number that is none, broken or too small is refused by name', () => {
  for (const wrong of ['0', '-1', '1.5', 'many', '']) {
    assert.throws(() => parseOptions([`--runs=${wrong}`]), /--runs: .* is not a whole number of at least 1/, wrong);
  }
  assert.throws(() => parseOptions(['--families=3']), /--families: "3" is not a whole number of at least 4/);
});

test('another checkout is measured when its folder is given, and only then', () => {
  assert.ok(!parseOptions(['--subjects', 'ostiary,before']).subjects.includes('before'));
  const { subjects, before } = parseOptions(['--before', '/elsewhere']);
  assert.ok(subjects.includes('before'));
  assert.equal(before, '/elsewhere');
});

test('an unknown option is refused', () => {
  assert.throws(() => parseOptions(['--fast']), /--fast/);
});
