import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { StorageUnavailable } from '@ostiary/storage';
import { AmbiguousCommit, ConnectionLost, failureOf, outward, StatementFailed } from './failure.ts';

describe('what a failure tells', () => {
  const told: Record<string, string[]> = {
    serialization: ['40001', '40000'],
    deadlock: ['40P01'],
    unique: ['23505'],
    ambiguous: ['40003', '08007'],
    connection: ['57P01', '57P02', '57P03', '08006', '08003', '25P03'],
    unavailable: ['53100', '53300', '25006', '57014', '58030', 'XX000', 'XX001', '28P01', '3D000', '42501'],
    locked: ['55P03'],
    own: ['22021', '22003', '23502', '42601', '22P02'],
  };
  for (const [failure, codes] of Object.entries(told)) {
    it(`${codes.join(', ')}: ${failure}`, () => {
      for (const code of codes) assert.equal(failureOf(new StatementFailed('s', code)), failure, code);
    });
  }

  it('only what is at fault itself leaves the adapter as it is', () => {
    const own = new StatementFailed('s', '22021');
    assert.equal(outward(own), own);
    const wrong = new TypeError('wrong');
    assert.equal(outward(wrong), wrong);
    for (const error of [new ConnectionLost('cut'), new AmbiguousCommit('?'), new StatementFailed('s', '40001')]) {
      assert.ok(outward(error) instanceof StorageUnavailable);
    }
  });
});
