import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { PartialPlan } from '@ostiary/model';
import { advance, bornMs, familyRow, plan, userId } from '@ostiary/storage/contract';
import type { Arrival } from './arrival.ts';
import { Claims } from './claims.ts';
import { needsOf } from './needs.ts';

describe('plans beside batches on their way', () => {
  it('about other rows may start', () => {
    assert.ok(beside({ advances: [advance('a', 0)] }, { advances: [advance('b', 0)] }));
  });

  it('about the same family wait', () => {
    assert.ok(!beside({ advances: [advance('a', 0)] }, { advances: [advance('a', 1)] }));
  });

  it('that only expect the same rows start together, and wait for those that change them', () => {
    const user = userId('ada');
    const expecting: PartialPlan = { expects: [{ kind: 'user', id: user, epoch: 0 }] };
    const ending: PartialPlan = { ends: [{ kind: 'user', id: user, disable: false, atMs: bornMs }] };
    assert.ok(beside(expecting, expecting));
    assert.ok(!beside(expecting, ending));
    assert.ok(!beside(ending, expecting));
  });

  it('wait for a row that is about to be born', () => {
    const birth: PartialPlan = { inserts: [{ kind: 'family', row: familyRow('a') }] };
    assert.ok(!beside(birth, { advances: [advance('a', 0)] }));
  });

  it('that end a set start beside nobody, and nobody beside them', () => {
    const ending: PartialPlan = {
      ends: [{ kind: 'families', of: { userId: userId('ada') }, cause: 'signed_out', atMs: bornMs }],
    };
    assert.ok(!beside({ advances: [advance('a', 0)] }, ending));
    assert.ok(!beside(ending, { advances: [advance('a', 0)] }));
  });

  it('start when the batch is done', () => {
    const claims = new Claims();
    const batches = [{ advances: [advance('a', 0)] }, { advances: [advance('b', 0)] }].map((parts) => [arrival(parts)]);
    for (const batch of batches) claims.add(batch);
    claims.remove(batches[0]!);
    assert.ok(claims.admits(arrival({ advances: [advance('a', 1)] })));
    assert.ok(!claims.admits(arrival({ advances: [advance('b', 1)] })));
  });
});

function beside(running: PartialPlan, next: PartialPlan): boolean {
  const claims = new Claims();
  claims.add([arrival(running)]);
  return claims.admits(arrival(next));
}

function arrival(parts: PartialPlan): Arrival {
  const whole = plan(parts);
  return { plan: whole, needs: needsOf(whole), places: [] };
}
