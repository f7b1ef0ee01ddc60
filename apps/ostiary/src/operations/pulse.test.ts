import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Log, Service } from '@ostiary/service';
import type { NodeState } from '@ostiary/storage';
import { Pulse } from './pulse.ts';
import { readinessOf } from './readiness.ts';

const startMs = Date.UTC(2026, 5, 1, 12);

/** A node with its surroundings: clocks that are set by hand, and a store that can be out. */
class World {
  wallMs = startMs;
  databaseMs = startMs;
  monotonicMs = 0;
  isStoreOut = false;
  areKeysOut = false;
  others: NodeState[] = [];
  left: string[] = [];
  events: string[] = [];
  readonly pulse: Pulse;

  constructor() {
    const note: Log['info'] = (event) => void this.events.push(event);
    this.pulse = new Pulse({
      service: () => this.#service(),
      configuration: () => 'mine',
      node: { id: 'me', startedAtMs: startMs, version: '0.1.0' },
      wall: { now: () => this.wallMs },
      monotonicMs: () => this.monotonicMs,
      log: { info: note, warn: note, error: note },
    });
  }

  /** Lets time go by, for everybody alike, and looks. */
  async after(milliseconds: number): Promise<void> {
    this.wallMs += milliseconds;
    this.databaseMs += milliseconds;
    this.monotonicMs += milliseconds;
    await this.pulse.beat();
  }

  readiness(isStopping = false) {
    return readinessOf(this.pulse.vitals(), { isStopping, nowMs: this.monotonicMs });
  }

  /** Names of the checks that fail. */
  failing(): string[] {
    return Object.entries(this.readiness().checks).flatMap(([name, { ok }]) => (ok ? [] : [name]));
  }

  #service(): Service {
    const answer = <T>(value: T, isOut = this.isStoreOut) =>
      isOut ? Promise.reject(new RangeError('out')) : Promise.resolve(value);
    const store = {
      health: { databaseNowMs: () => answer(this.databaseMs) },
      nodes: {
        announce: (node: NodeState, sinceMs: number) =>
          answer([node, ...this.others.filter(({ seenAtMs }) => seenAtMs >= sinceMs)]),
        leave: (id: string) => answer(void this.left.push(id)),
      },
    };
    const keyring = { reload: () => answer(undefined, this.isStoreOut || this.areKeysOut) };
    return { store, keyring } as unknown as Service;
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

test('a node that has not looked yet is not ready; after one look it is', async () => {
  assert.deepEqual(world.failing(), ['storage', 'clock', 'keys']);
  await world.after(0);
  assert.deepEqual(world.readiness(), {
    isReady: true,
    checks: { serving: { ok: true }, storage: { ok: true }, clock: { ok: true }, keys: { ok: true } },
    warnings: [],
    nodes: 1,
  });
});

test('a node that was told to stop is not ready at once', async () => {
  await world.after(0);
  const { isReady, checks } = world.readiness(true);
  assert.deepEqual([isReady, checks.serving.ok], [false, false]);
});

test('a store that does not answer makes the node unready at the next look, and ready again when it answers', async () => {
  await world.after(0);
  world.isStoreOut = true;
  await world.after(5_000);
  assert.deepEqual(world.failing(), ['storage']);
  world.isStoreOut = false;
  await world.after(5_000);
  assert.deepEqual(world.failing(), []);
  assert.deepEqual(world.events, ['store_silent', 'store_answers']);
});

test('a look that hangs makes the node unready as well', async () => {
  await world.after(0);
  world.monotonicMs += 12_001;
  assert.deepEqual(world.failing(), ['storage']);
});

test('keys that could not be read for 30 s make the node unready, long before a new key signs', async () => {
  await world.after(0);
  world.areKeysOut = true;
  for (let looks = 0; looks < 6; looks += 1) await world.after(5_000);
  assert.ok(!world.failing().includes('keys'));
  await world.after(5_000);
  assert.ok(world.failing().includes('keys'));
});

test('a clock that is off makes the node unready, and it becomes ready again by itself', async () => {
  await world.after(0);
  world.wallMs += 6_000;
  await world.after(5_000);
  assert.deepEqual(world.failing(), ['clock']);
  assert.match(world.readiness().checks.clock.detail ?? '', /6\.0 s ahead of the database's/);
  world.wallMs -= 6_000;
  await world.after(5_000);
  assert.deepEqual(world.failing(), []);
  assert.deepEqual(world.events, ['clock_wrong', 'clock_right']);
});

test('a clock that went back together with that of the database makes the node unready for one look', async () => {
  await world.after(0);
  world.wallMs -= 60_000;
  world.databaseMs -= 60_000;
  await world.after(5_000);
  assert.deepEqual(world.failing(), ['clock']);
  await world.after(5_000);
  assert.deepEqual(world.failing(), []);
});

test('nodes that differ for more than 30 s are warned of once, and stay ready', async () => {
  world.others = [
    { id: 'you', startedAtMs: startMs, seenAtMs: startMs + 60_000, version: '0.1.0', configuration: 'b' },
  ];
  for (let looks = 0; looks < 7; looks += 1) await world.after(5_000);
  assert.deepEqual([world.readiness().warnings.length, world.readiness().nodes], [0, 2]);
  await world.after(5_000);
  await world.after(5_000);
  assert.deepEqual(world.readiness().warnings, ['nodes differ in their configuration for more than 30 s']);
  assert.equal(world.readiness().isReady, true);
  assert.deepEqual(world.events, ['configurations_differ']);
});

test('a node that was silent for 20 s is not counted any more', async () => {
  world.others = [{ id: 'you', startedAtMs: startMs, seenAtMs: startMs, version: '0.1.0', configuration: 'b' }];
  await world.after(20_000);
  assert.equal(world.readiness().nodes, 2);
  await world.after(1);
  assert.equal(world.readiness().nodes, 1);
});

test('a node that stops says so, and does not mind when it cannot', async () => {
  await world.pulse.stop();
  assert.deepEqual(world.left, ['me']);
  world.isStoreOut = true;
  await world.pulse.stop();
});
