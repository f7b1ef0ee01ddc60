import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  planConsentWithdrawal,
  planDeviceRemoval,
  planOtherDevicesRemoval,
  planSignOutEverywhere,
  planUserDisabling,
} from './account.ts';
import { device, session } from './authorization.fixture.ts';
import { ada, bob, frozen, laptop, nowMs, phone, spaId } from './family.fixture.ts';

const endOf = (deviceId: typeof laptop) => [
  { kind: 'device', id: deviceId, atMs: nowMs },
  { kind: 'sessions', userId: ada, deviceId, cause: 'device_removed', atMs: nowMs },
  { kind: 'families', of: { userId: ada, deviceId }, cause: 'device_removed', atMs: nowMs },
];

describe('security 91: signing a device out', () => {
  test('ends it, its sessions and its families, and no other', () => {
    const plan = planDeviceRemoval(frozen(device()), nowMs);
    assert.deepEqual(plan.ends, endOf(laptop));
    assert.deepEqual(plan.events, [{ kind: 'device_removed', userId: ada, deviceId: laptop, cause: 'device_removed' }]);
  });

  test('all others: the present one goes on, and so do the devices of other people', () => {
    const devices = [device(), device({ id: phone }), device({ id: 'dev_bob' as typeof phone, userId: bob })];
    const plan = planOtherDevicesRemoval(session(), devices, nowMs);
    assert.deepEqual(plan.ends, endOf(phone));
    assert.deepEqual(
      plan.events.map(({ deviceId }) => deviceId),
      [phone],
    );
  });

  test('all others, when there is none, changes nothing', () => {
    const plan = planOtherDevicesRemoval(session(), [device()], nowMs);
    assert.deepEqual([plan.ends, plan.events], [[], []]);
  });
});

test('withdrawing consent ends it and all families of that client, on every device', () => {
  const plan = planConsentWithdrawal(ada, spaId, nowMs);
  assert.deepEqual(plan.ends, [
    { kind: 'consent', userId: ada, clientId: spaId, atMs: nowMs },
    { kind: 'families', of: { userId: ada, clientId: spaId }, cause: 'consent_withdrawn', atMs: nowMs },
  ]);
  assert.deepEqual(plan.events, [
    { kind: 'consent_withdrawn', userId: ada, clientId: spaId, cause: 'consent_withdrawn' },
  ]);
});

describe('security 83: everything of a user ends', () => {
  const cases = [
    ['signed_out_everywhere', planSignOutEverywhere, false],
    ['user_disabled', planUserDisabling, true],
  ] as const;
  for (const [cause, plan, disable] of cases) {
    test(`${cause}: the epoch is raised, sessions and families end with the cause`, () => {
      const { ends, events, ...others } = plan(ada, nowMs);
      assert.deepEqual(ends, [
        { kind: 'user', id: ada, disable, atMs: nowMs },
        { kind: 'sessions', userId: ada, cause, atMs: nowMs },
        { kind: 'families', of: { userId: ada }, cause, atMs: nowMs },
      ]);
      assert.deepEqual(events, [{ kind: cause, userId: ada, cause }]);
      for (const [part, list] of Object.entries(others)) assert.deepEqual(list, [], part);
    });
  }
});
