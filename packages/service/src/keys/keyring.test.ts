import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import { StorageUnavailable, type Keys } from '@ostiary/storage';
import type { KeyWrapper } from '../ports.ts';
import { Keyring } from './keyring.ts';

const startMs = Date.UTC(2026, 5, 1, 12);
const plainWrapper: KeyWrapper = {
  seal: (plain) => Buffer.from(plain).toString('base64'),
  open: (sealed) => Buffer.from(sealed, 'base64'),
};

/** The keys of one store, which several rings read. */
class SharedKeys implements Keys {
  signing: StoredSigningKey[] = [];
  macs: StoredMacKey[] = [];
  reads = 0;
  isOut = false;

  async listSigning(): Promise<StoredSigningKey[]> {
    this.reads += 1;
    if (this.isOut) throw new StorageUnavailable('out');
    return this.signing.map((key) => ({ ...key }));
  }

  async listMac(): Promise<StoredMacKey[]> {
    return [...this.macs];
  }

  async insertSigning(key: StoredSigningKey): Promise<boolean> {
    this.signing.push(key);
    return true;
  }

  async insertFirstSigning(key: StoredSigningKey): Promise<boolean> {
    if (this.signing.some(({ alg }) => alg === key.alg)) return false;
    return this.insertSigning(key);
  }

  async insertMac(key: StoredMacKey): Promise<boolean> {
    if (this.macs.some(({ purpose, keyId }) => purpose === key.purpose && keyId === key.keyId)) return false;
    this.macs.push(key);
    return true;
  }

  async retireSigning(kid: string, retiredAtMs: number): Promise<void> {
    for (const key of this.signing) if (key.kid === kid) key.retiredAtMs = retiredAtMs;
  }

  async removeSigning(kid: string): Promise<void> {
    this.signing = this.signing.filter((key) => key.kid !== kid);
  }
}

let keys: SharedKeys;
let nowMs: number;
let restoreEpoch: number;
let logged: string[];
beforeEach(() => {
  keys = new SharedKeys();
  nowMs = startMs;
  restoreEpoch = 0;
  logged = [];
});

function openRing(changes: Partial<Parameters<typeof Keyring.open>[0]> = {}): Promise<Keyring> {
  const note = (event: string) => void logged.push(event);
  return Keyring.open({
    keys,
    upkeep: { restoreEpoch: async () => restoreEpoch },
    keyWrapper: plainWrapper,
    clock: { now: () => nowMs },
    random: { bytes: (length) => randomBytes(length) },
    log: { info: note, warn: note, error: note },
    algs: ['ES256'],
    macs: ['refresh', 'cookie'],
    longestTokenSeconds: 3600,
    firstKeyAheadMs: 40_000,
    ...changes,
  });
}

function kids(ring: Keyring): (string | undefined)[] {
  return ring.jwks().keys.map(({ kid }) => kid);
}

describe('the first key of an algorithm', () => {
  it('is made once when two nodes start at once, and signs at once', async () => {
    const [one, other] = await Promise.all([openRing(), openRing()]);
    assert.equal(keys.signing.length, 1);
    assert.equal(one.signingKey('ES256').kid, other.signingKey('ES256').kid);
    assert.ok(one.readyFromMs() <= nowMs);
  });

  it('signs at once also where another node has just made the keys of other algorithms', async () => {
    await openRing();
    nowMs += 3_000;
    const late = await openRing({ algs: ['ES256', 'EdDSA'] });
    assert.ok(late.readyFromMs() <= nowMs);
  });

  it('is published before it signs where nodes serve without it already, and all wait for that', async () => {
    const serving = await openRing();
    nowMs += 3_600_000;
    const joining = await openRing({ algs: ['ES256', 'EdDSA'] });
    assert.equal(joining.readyFromMs(), nowMs + 40_000);
    nowMs += 10_000;
    const second = await openRing({ algs: ['ES256', 'EdDSA'] });
    assert.equal(second.readyFromMs(), nowMs + 30_000);
    await serving.reload();
    assert.equal(kids(serving).length, 2);
  });

  it('signs at once where there are no other nodes', async () => {
    await openRing();
    nowMs += 3_600_000;
    const ring = await openRing({ algs: ['EdDSA'], firstKeyAheadMs: 0 });
    assert.ok(ring.readyFromMs() <= nowMs);
  });
});

describe('keys that another node made', () => {
  it('are read within 10 s and one request, and the restore epoch with them', async () => {
    const [here, there] = [await openRing(), await openRing()];
    await there.rotate();
    restoreEpoch = 7;
    nowMs += 9_999;
    assert.equal(kids(here).length, 1);
    nowMs += 1;
    assert.equal(kids(here).length, 1, 'this request sets it going');
    await here.reload();
    assert.equal(kids(here).length, 2);
    assert.equal(here.restoreEpoch(), 7);
  });

  it('are looked for at most once a second when something is unknown', async () => {
    const ring = await openRing();
    const { reads } = keys;
    await ring.lookAgain();
    assert.equal(keys.reads, reads);
    nowMs += 1_000;
    await Promise.all(Array.from({ length: 50 }, () => ring.lookAgain()));
    await ring.lookAgain();
    assert.equal(keys.reads, reads + 1);
  });

  it('do not sign before they were published for 10 minutes', async () => {
    const ring = await openRing();
    const { kid } = ring.signingKey('ES256');
    const [made] = await ring.rotate();
    nowMs += 599_999;
    assert.equal(ring.signingKey('ES256').kid, kid);
    nowMs += 1;
    assert.equal(ring.signingKey('ES256').kid, made?.kid);
  });
});

describe('a store that is out', () => {
  it('leaves the known keys in use, and is told of', async () => {
    const ring = await openRing();
    keys.isOut = true;
    nowMs += 10_000;
    await assert.rejects(ring.lookAgain(), StorageUnavailable);
    assert.equal(kids(ring).length, 1);
    nowMs += 10_000;
    ring.jwks();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(logged, ['keys_not_reloaded']);
  });
});

describe('retired keys', () => {
  it('are removed by whichever node comes first, and the others do not mind', async () => {
    const [here, there] = [await openRing(), await openRing()];
    await here.rotate();
    await there.reload();
    nowMs += 600_000 + 3_900_000;
    const removed = await Promise.all([here.removeRetired(), there.removeRetired()]);
    assert.ok(removed[0] === 1 && removed[1] <= 1);
    assert.deepEqual(kids(here), kids(there));
    assert.equal(keys.signing.length, 1);
  });
});
