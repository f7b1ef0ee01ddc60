import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adaFamily, digest, nowMs } from './family.fixture.ts';
import { draft, granted, isEmpty, refused } from './decision.ts';

const nothing = { expects: [], consumes: [], advances: [], inserts: [], ends: [], touches: [], events: [] };
const end = { kind: 'family' as const, id: adaFamily, cause: 'signed_out' as const, atMs: nowMs };

test('a plan that says little is completed with nothing', () => {
  assert.deepEqual(draft({ ends: [end] }), { ...nothing, ends: [end] });
  assert.deepEqual(granted('answer'), { kind: 'granted', answer: 'answer', plan: nothing });
});

test('a refusal has a plan only when it changes something', () => {
  assert.deepEqual(refused({ reason: 'code_unknown' }), { kind: 'refused', refusal: { reason: 'code_unknown' } });
  assert.deepEqual(refused({ reason: 'reuse_detected' }, { ends: [end] }).plan, { ...nothing, ends: [end] });
});

test('a plan that only expects has nothing to commit', () => {
  assert.ok(isEmpty(draft({})));
  assert.ok(isEmpty(draft({ expects: [{ kind: 'device', id: 'dev_x' as never }] })));
});

test('every other part is something to commit', () => {
  const advance = { familyId: adaFamily, from: 0, keyId: 0, atMs: nowMs, operation: digest('x'), attempted: false };
  const parts = [
    { ends: [end] },
    { advances: [advance] },
    { consumes: [{ kind: 'interaction' as const, hash: digest('x') }] },
    { inserts: [{ kind: 'revokedToken' as const, tokenId: 'x', expiresAtMs: nowMs, atMs: nowMs }] },
    { touches: [{ kind: 'family' as const, id: adaFamily }] },
    { events: [{ kind: 'alarm' as const }] },
  ];
  for (const part of parts) assert.ok(!isEmpty(draft(part)), Object.keys(part)[0]);
});
