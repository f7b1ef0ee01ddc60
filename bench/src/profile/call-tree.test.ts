import assert from 'node:assert/strict';
import type { Profiler } from 'node:inspector';
import { test } from 'node:test';
import { callTreeOf, functionsOf } from './call-tree.ts';

function node(id: number, functionName: string, children: number[] = []): Profiler.ProfileNode {
  return { id, callFrame: { functionName, scriptId: '0', url: '', lineNumber: 0, columnNumber: 0 }, children };
}

// (root) -> a -> b, and again -> a -> b -> a: two calls of `a` from the root, one of `a` from `b`.
const profile: Profiler.Profile = {
  nodes: [
    node(1, '(root)', [2, 4, 7]),
    node(2, 'a', [3]),
    node(3, 'b'),
    node(4, 'a', [5]),
    node(5, 'b', [6]),
    node(6, 'a'),
    node(7, '(idle)'),
  ],
  startTime: 0,
  endTime: 100,
  samples: [2, 3, 4, 5, 6, 7],
  timeDeltas: [1, 2, 4, 8, 16, 1000],
};

test('calls with the same callers are one, and waiting is no work', () => {
  const tree = callTreeOf(profile);
  assert.equal(tree.total, 31);
  assert.deepEqual(
    tree.callees.map(({ name, self, total }) => ({ name, self, total })),
    [{ name: 'a', self: 5, total: 31 }],
  );
  assert.deepEqual(tree.callees[0]?.callees[0]?.callees, [{ name: 'a', self: 16, total: 16, callees: [] }]);
});

test('a function that calls itself counts once in its total', () => {
  const [first, second] = functionsOf(callTreeOf(profile));
  assert.deepEqual(first, { name: 'a', self: 21, total: 31 });
  assert.deepEqual(second, { name: 'b', self: 10, total: 26 });
});
