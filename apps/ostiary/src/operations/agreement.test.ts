import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeState } from '@ostiary/storage';
import { compareNodes } from './agreement.ts';
import type { Agreement } from './agreement.ts';

function nodes(...configurations: string[]): NodeState[] {
  return configurations.map((configuration, index) => ({
    id: `n${index}`,
    startedAtMs: 0,
    seenAtMs: 0,
    version: '0.1.0',
    configuration,
  }));
}

test('nodes of one configuration agree', () => {
  assert.deepEqual(compareNodes(nodes('a', 'a'), 'a', { nowMs: 0 }), { isOverdue: false });
});

test('a difference is overdue after 30 s, and not a moment before', () => {
  let seen: Agreement | undefined;
  for (const [nowMs, isOverdue] of [
    [1_000, false],
    [31_000, false],
    [31_001, true],
  ] as const) {
    seen = compareNodes(nodes('a', 'b'), 'a', { nowMs, ...(seen && { previous: seen }) });
    assert.deepEqual(seen, { differsSinceMs: 1_000, isOverdue });
  }
});

test('a difference that was settled begins anew', () => {
  const differing = compareNodes(nodes('a', 'b'), 'a', { nowMs: 0 });
  const settled = compareNodes(nodes('a', 'a'), 'a', { nowMs: 20_000, previous: differing });
  assert.deepEqual(compareNodes(nodes('a', 'b'), 'a', { nowMs: 40_000, previous: settled }), {
    differsSinceMs: 40_000,
    isOverdue: false,
  });
});
