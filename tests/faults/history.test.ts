import assert from 'node:assert/strict';
import { it } from 'node:test';
import { violations, type Answer, type History } from './history.ts';

const births = [
  { family: 'a', token: 'a0' },
  { family: 'b', token: 'b0' },
];

function history(answers: Answer[], a: number, b = 0): History {
  return {
    births,
    answers,
    generations: new Map([
      ['a', a],
      ['b', b],
    ]),
  };
}

function rotated(family: string, presented: string, token: string): Answer {
  return { family, presented, outcome: { kind: 'successor', token } };
}

it('accepts a line of rotations with repeats', () => {
  const answers = [
    rotated('a', 'a0', 'a1'),
    rotated('a', 'a0', 'a1'),
    rotated('b', 'b0', 'b1'),
    rotated('a', 'a1', 'a2'),
  ];
  assert.deepEqual(violations(history(answers, 2, 1)), []);
});

it('rejects a fork: one token with two successors', () => {
  const answers = [rotated('a', 'a0', 'a1'), rotated('a', 'a0', 'x1')];
  assert.deepEqual(violations(history(answers, 1)), ['a: one token had two successors (a fork)']);
});

it('rejects a fork that is seen only later, after the line went on', () => {
  const answers = [rotated('a', 'a0', 'a1'), rotated('a', 'a1', 'a2'), rotated('a', 'a0', 'x1')];
  assert.ok(violations(history(answers, 2)).includes('a: one token had two successors (a fork)'));
});

it('rejects a lost rotation: clients saw more than the store has', () => {
  const answers = [rotated('a', 'a0', 'a1'), rotated('a', 'a1', 'a2')];
  assert.deepEqual(violations(history(answers, 1)), ['a: clients saw 2 rotations, the store has 1']);
});

it('rejects a hidden fork: the store rotated more often than the line is long', () => {
  assert.deepEqual(violations(history([rotated('a', 'a0', 'a1')], 2)), ['a: clients saw 1 rotations, the store has 2']);
});

it('rejects a family that ended', () => {
  const refused: Answer = { family: 'a', presented: 'a1', outcome: { kind: 'refused', error: 'reuse_detected' } };
  assert.deepEqual(violations(history([rotated('a', 'a0', 'a1'), refused], 1)), [
    'a: an honest client was refused: reuse_detected',
  ]);
});

it('rejects a family that is gone', () => {
  const gone = { births, answers: [], generations: new Map([['b', 0]]) };
  assert.deepEqual(violations(gone), ['a: clients saw 0 rotations, the store has no row']);
});

it('rejects a spent token that is handed out again', () => {
  const answers = [rotated('a', 'a0', 'a1'), rotated('a', 'a1', 'a0')];
  assert.deepEqual(violations(history(answers, 2)), ['a: a spent token was handed out again (a circle)']);
});

it('rejects a token of another family', () => {
  const answers = [rotated('a', 'a0', 'a1'), rotated('b', 'a1', 'b1')];
  const found = violations(history(answers, 1));
  assert.ok(found.includes('b: a token does not descend from the first one of its family'), found.join());
});
