import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiTables, type ApiSamples } from './api-report.ts';

const samples: ApiSamples = new Map([
  [
    'a token seen before',
    new Map([
      ['@ostiary/api, auth() with the feed', [8, 9, 30]],
      ['express-oauth2-jwt-bearer, auth()', [80, 90, 100]],
      ['jose, jwtVerify()', [40, 45, 60]],
    ]),
  ],
]);

test('figures are medians, ratios are medians of the ratios of each run', () => {
  const [table] = apiTables(samples);
  assert.deepEqual(table?.rows[0], ['@ostiary/api, auth() with the feed', '9.0', '8.0-30.0', '0.10', '0.20']);
});

test('the target of the design stands beside what was measured', () => {
  assert.deepEqual(apiTables(samples).at(-1)?.rows, [
    ['API middleware, a token seen before, in CPU us per call', '9.0', '<= 10', 'yes'],
  ]);
});
