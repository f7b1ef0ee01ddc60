import assert from 'node:assert/strict';
import type { SessionStore } from './session-store.ts';

export interface StoreUnderTest {
  store: SessionStore;
  /** The same entries by way of another process or connection. */
  other: SessionStore;
  now(): number;
  advance(ms: number): void;
}

const entryAt = (nowMs: number, value = 'one', tags: string[] = []) => ({ value, expiresAtMs: nowMs + 60_000, tags });

/** What every store must do: each is given a store of its own. */
export const sessionStoreContract: Readonly<Record<string, (under: StoreUnderTest) => Promise<void>>> = {
  async 'reads what was written, here and elsewhere'(under) {
    const { store, other, now } = under;
    assert.equal(await store.read('a'), undefined);
    assert.equal(await store.replace('a', 0, entryAt(now(), 'one', ['t1', 't2'])), true);
    for (const each of [store, other])
      assert.deepEqual(await each.read('a'), { ...entryAt(now(), 'one', ['t1', 't2']), version: 1 });
  },
  async 'lets one of many succeed that saw the same version'(under) {
    const { store, other, now } = under;
    for (const seen of [0, 1, 2]) {
      const writers = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? store : other));
      const done = await Promise.all(
        writers.map((each, index) => each.replace('a', seen, entryAt(now(), `${seen}-${index}`))),
      );
      assert.equal(done.filter(Boolean).length, 1);
      const entry = await other.read('a');
      assert.deepEqual([entry?.version, entry?.value], [seen + 1, `${seen}-${done.indexOf(true)}`]);
    }
  },
  async 'takes no entry in the place of one that is gone, unless none was seen'(under) {
    const { store, now } = under;
    await store.replace('a', 0, entryAt(now()));
    await store.remove('a');
    assert.equal(await store.replace('a', 1, entryAt(now())), false);
    assert.equal(await store.replace('a', 0, entryAt(now())), true);
  },
  async 'forgets what is over, and takes a new entry in its place'(under) {
    const { store, now, advance } = under;
    await store.replace('a', 0, entryAt(now()));
    advance(60_000);
    assert.equal(await store.read('a'), undefined);
    assert.equal(await store.replace('a', 1, entryAt(now())), false);
    assert.equal(await store.replace('a', 0, entryAt(now(), 'two')), true);
    assert.equal((await store.read('a'))?.value, 'two');
  },
  async 'moves the end of an entry and nothing else, and brings none back'(under) {
    const { store, now, advance } = under;
    await store.replace('a', 0, entryAt(now()));
    await store.touch('a', now() + 120_000);
    advance(90_000);
    assert.deepEqual([(await store.read('a'))?.value, (await store.read('a'))?.version], ['one', 1]);
    advance(60_000);
    await store.touch('a', now() + 120_000);
    await store.touch('b', now() + 120_000);
    assert.deepEqual([await store.read('a'), await store.read('b')], [undefined, undefined]);
  },
  async 'removes what carries a tag, and counts it'(under) {
    const { store, other, now } = under;
    await store.replace('a', 0, entryAt(now(), 'a', ['ada', 's1']));
    await store.replace('b', 0, entryAt(now(), 'b', ['ada', 's2']));
    await store.replace('c', 0, entryAt(now(), 'c', ['bob']));
    assert.equal(await other.removeTagged('s1'), 1);
    assert.equal(await other.removeTagged('ada'), 1);
    assert.equal(await other.removeTagged('ada'), 0);
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(async (key) => (await store.read(key))?.value)), [
      undefined,
      undefined,
      'c',
    ]);
  },
  async 'keeps the tags of an entry that is replaced'(under) {
    const { store, now } = under;
    await store.replace('a', 0, entryAt(now(), 'a', ['ada']));
    await store.replace('a', 1, entryAt(now(), 'b', ['ada']));
    assert.equal(await store.removeTagged('ada'), 1);
  },
};
