import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Replays } from './replays.ts';

describe('proofs that were used', () => {
  it('are remembered for the whole window, and not for ever', () => {
    const replays = new Replays(1_000, 100);
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) {
      assert.ok(replays.isFirst(`${nowMs}`, nowMs));
      for (let ago = 0; ago < Math.min(nowMs, 1_000); ago += 100) assert.ok(!replays.isFirst(`${nowMs - ago}`, nowMs));
    }
    assert.ok(replays.state().count < 30);
    assert.equal(replays.state().forgottenEarly, 0);
  });

  it('are bounded in number; what is forgotten before its time is counted', () => {
    const replays = new Replays(1_000_000, 100);
    for (let each = 0; each < 1_000; each += 1) assert.ok(replays.isFirst(`${each}`, each));
    assert.ok(replays.state().count <= 100);
    assert.ok(replays.state().forgottenEarly >= 850);
  });
});
