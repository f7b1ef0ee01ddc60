import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './oracle.ts';
import type { FamilyState, Operation, Outcome } from './record.ts';

const refusal: Outcome = { kind: 'refused', cause: 'reuse_detected' };

describe('the oracle accepts', () => {
  it('a line of rotations with repeats, while a rotation is repeated beside its successor', () => {
    assert.deepEqual(found([ok('a0', 'a1', 0, 1), ok('a1', 'a2', 2, 9), ok('a0', 'a1', 3, 4)], { generation: 2 }), []);
  });

  it('an operation without an answer, whatever became of it', () => {
    assert.deepEqual(
      found([op('a0', { kind: 'unknown', why: 'cut' }, 0, 1), ok('a0', 'a1', 2, 3)], { generation: 1 }),
      [],
    );
  });

  it('a thief who is found, and the end of that family', () => {
    const theft = op('a0', { kind: 'refused', cause: 'reuse_detected' }, 4, 5, { actor: 'thief' });
    const after = op('a2', { kind: 'refused', cause: 'reuse_detected' }, 6, 7);
    const state = { generation: 2, endCause: 'reuse_detected', ends: 1 };
    assert.deepEqual(found([ok('a0', 'a1', 0, 1), ok('a1', 'a2', 2, 3), theft, after], state), []);
  });
});

describe('the oracle rejects', () => {
  const cases: [string, Operation[], Partial<FamilyState> & { generation: number }, RegExp][] = [
    ['a fork', [ok('a0', 'a1', 0, 1), ok('a0', 'x1', 2, 3)], { generation: 1 }, /fork/],
    ['a circle', [ok('a0', 'a1', 0, 1), ok('a1', 'a0', 2, 3)], { generation: 2 }, /circle/],
    ['a token from elsewhere', [ok('b0', 'b1', 0, 1)], { generation: 0 }, /does not descend/],
    [
      'a lost family',
      [op('a0', refusal, 0, 1)],
      { generation: 0, endCause: 'x', ends: 1 },
      /honest client was refused/,
    ],
    [
      'an answer to a token whose successor was used',
      [ok('a0', 'a1', 0, 1), ok('a1', 'a2', 2, 3), ok('a0', 'a1', 4, 5)],
      { generation: 2 },
      /token 0 was answered after token 1/,
    ],
    [
      'an end that is undone',
      [op('a0', refusal, 0, 1, { actor: 'thief' }), ok('a0', 'a1', 2, 3)],
      { generation: 1, endCause: 'x', ends: 1 },
      /an end undone/,
    ],
    [
      'a success after an acknowledged revocation',
      [op('a0', { kind: 'done' }, 0, 1, { kind: 'revoke' }), ok('a0', 'a1', 2, 3)],
      { generation: 1, endCause: 'x', ends: 1 },
      /an end undone/,
    ],
    ['an acknowledged rotation that the store forgot', [ok('a0', 'a1', 0, 1)], { generation: 0 }, /the store has 0/],
    ['a rotation that nobody asked for', [ok('a0', 'a1', 0, 1)], { generation: 2 }, /only 1 were acknowledged/],
    [
      'a revocation that the store forgot',
      [op('a0', { kind: 'done' }, 0, 1, { kind: 'revoke' })],
      { generation: 0 },
      /the store says it lives/,
    ],
    ['an end recorded twice', [], { generation: 0, endCause: 'x', ends: 2 }, /2 audit records of its end/],
    ['a birth without a record', [], { generation: 0, births: 0 }, /0 audit records of its birth/],
    [
      'a fault of the server',
      [op('a0', { kind: 'wrong', answer: '500' }, 0, 1)],
      { generation: 0 },
      /wrong answer: 500/,
    ],
  ];
  for (const [name, operations, state, sentence] of cases) {
    it(name, () => assert.match(found(operations, state).join('\n'), sentence));
  }

  it('a family that is gone', () => {
    const history = { births: [{ family: 'a', token: 'a0' }], operations: [], states: new Map() };
    assert.deepEqual(violations(history), ['a: the store has no row']);
  });
});

function found(operations: Operation[], state: Partial<FamilyState> & { generation: number }): string[] {
  const states = new Map([['a', { births: 1, ends: 0, ...state }]]);
  return violations({ births: [{ family: 'a', token: 'a0' }], operations, states });
}

function ok(presented: string, token: string, invokedMs: number, endedMs: number): Operation {
  return op(presented, { kind: 'successor', token }, invokedMs, endedMs);
}

function op(
  presented: string,
  outcome: Outcome,
  invokedMs: number,
  endedMs: number,
  changes: Partial<Operation> = {},
): Operation {
  return { kind: 'refresh', family: 'a', actor: 'client', node: 0, presented, invokedMs, endedMs, outcome, ...changes };
}
