import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Promotion, PromotionState } from '@ostiary/storage-sqlite';
import { holdAtMostMs, nextAct, silentAtMostMs } from './next-act.ts';
import type { Act, StandBy } from './next-act.ts';

const idle: StandBy = { silentMs: 0 };
const standing: StandBy = { attempt: 2, silentMs: 0 };
const holding: StandBy = { ...standing, heldMs: 20 };
const late: StandBy = { ...standing, heldMs: holdAtMostMs + 1 };

const states: PromotionState[] = ['requested', 'ready', 'switching', 'fenced', 'promoted', 'aborted'];

describe('what a server does next in a move of its file', () => {
  const table: [string, StandBy, Act[]][] = [
    ['that takes no part', idle, ['stand by', 'none', 'none', 'none', 'take over', 'none']],
    ['that stands by', standing, ['none', 'none', 'fence', 'none', 'take over', 'let go']],
    ['that holds its calls', holding, ['none', 'none', 'none', 'none', 'take over', 'let go']],
    ['that held its calls too long', late, ['none', 'go back', 'go back', 'go back', 'take over', 'let go']],
    [
      'whose command died',
      { ...standing, silentMs: silentAtMostMs + 1 },
      ['none', 'give up', 'give up', 'give up', 'take over', 'let go'],
    ],
    [
      'that stands by for an earlier attempt',
      { ...holding, attempt: 1 },
      ['let go', 'let go', 'let go', 'let go', 'take over', 'let go'],
    ],
  ];
  for (const [server, own, acts] of table) {
    it(`a server ${server}`, () => {
      const found = states.map((state) => nextAct(own, promotion(state)));
      assert.deepEqual(found, acts);
    });
  }

  it('a server whose file knows of no move', () => {
    assert.equal(nextAct(idle, undefined), 'none');
    assert.equal(nextAct(holding, undefined), 'let go');
  });
});

function promotion(state: PromotionState): Promotion {
  return { source: 'file', attempt: 2, state, place: 'db/ostiary', target: '', beat: 0, changedAtMs: 0 };
}
