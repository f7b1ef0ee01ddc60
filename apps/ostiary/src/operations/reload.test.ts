import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Configuration } from '../config/configuration.ts';
import { completed } from '../config/config.fixture.ts';
import type { OstiaryConfig } from '../config/define-config.ts';
import { Stop } from '../stop.ts';
import { Reloader } from './reload.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A file that is followed. What stands in it is told by hand; writing it only makes it another file. */
class Followed {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ostiary-reload-'));
  readonly path = join(this.#folder, 'ostiary.config.json');
  inForce: Configuration = completed({});
  inFile: () => Configuration = () => this.inForce;
  apply: () => Promise<void> = async () => undefined;
  outcomes: string[] = [];
  complaints: string[] = [];
  #writes = 0;

  constructor() {
    this.write({});
  }

  write(changes: Partial<OstiaryConfig>): void {
    this.inFile = () => completed(changes);
    writeFileSync(this.path, 'x'.repeat((this.#writes += 1)));
  }

  reloader(): Reloader {
    return new Reloader({
      path: this.path,
      current: () => this.inForce,
      read: async () => this.inFile(),
      apply: async (configuration) => {
        await this.apply();
        this.inForce = configuration;
      },
      complain: (message) => void this.complaints.push(message),
      reloaded: (outcome) => void this.outcomes.push(outcome),
      log: silent,
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

let followed: Followed;
beforeEach(() => {
  followed = new Followed();
});
afterEach(() => followed.remove());

const shorter = { session: { idleSeconds: 60 } };

test('a file that did not change is not read', async () => {
  await followed.reloader().look();
  assert.deepEqual(followed.outcomes, []);
});

test('a changed file is applied once', async () => {
  const reloader = followed.reloader();
  followed.write(shorter);
  await reloader.look();
  await reloader.look();
  assert.deepEqual(followed.outcomes, ['applied']);
  assert.equal(followed.inForce.settings.session.idleSeconds, 60);
});

test('told to, it reads a file that did not change: what it refers to may have', async () => {
  await followed.reloader().reload();
  assert.deepEqual(followed.outcomes, ['applied']);
});

test('a file that is wrong changes nothing, is complained of once, and read again when it changes', async () => {
  const reloader = followed.reloader();
  followed.write(shorter);
  followed.inFile = () => {
    throw new Stop('clients[0].type: must be one of ...');
  };
  await reloader.look();
  await reloader.look();
  assert.deepEqual(followed.complaints, [
    'the changed configuration is not in force: clients[0].type: must be one of ...',
  ]);
  assert.notEqual(followed.inForce.settings.session.idleSeconds, 60);
  followed.write(shorter);
  await reloader.look();
  assert.deepEqual(followed.outcomes, ['refused', 'applied']);
});

for (const [part, changes] of [
  ['issuer', { issuer: 'https://other.example.com' }],
  ['storage', { storage: 'sqlite:./other.db' }],
  ['listen', { listen: { port: 4321 } }],
  ['operations', { operations: { port: 4321 } }],
  ['trustedProxies', { trustedProxies: ['192.0.2.1'] }],
  ['logLevel', { logLevel: 'warn' }],
] as const) {
  test(`a change of ${part} needs a restart, and nothing of the file is applied`, async () => {
    const reloader = followed.reloader();
    followed.write({ ...(changes as Partial<OstiaryConfig>), ...shorter });
    await reloader.look();
    assert.match(followed.complaints[0] ?? '', new RegExp(` changes ${part}: that needs a restart$`));
    assert.notEqual(followed.inForce.settings.session.idleSeconds, 60);
  });
}

test('a change that could not be stored is tried again at the next look', async () => {
  const reloader = followed.reloader();
  followed.write(shorter);
  followed.apply = () => Promise.reject(new RangeError('the store is out'));
  await reloader.look();
  followed.apply = async () => undefined;
  await reloader.look();
  assert.deepEqual(followed.outcomes, ['refused', 'applied']);
});

test('a file that is gone is told of, and taken again when it is back', async () => {
  const reloader = followed.reloader();
  rmSync(followed.path);
  followed.inFile = () => {
    throw new Stop('there is no configuration file');
  };
  await reloader.look();
  assert.deepEqual(followed.outcomes, ['refused']);
  followed.write(shorter);
  await reloader.look();
  assert.deepEqual(followed.outcomes, ['refused', 'applied']);
});
