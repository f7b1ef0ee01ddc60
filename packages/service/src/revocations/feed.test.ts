import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StorageUnavailable } from '@ostiary/storage';
import type { RevocationBatch, RevocationEntry } from '@ostiary/wire';
import { RevocationFeed, type FeedRoom, type Follower } from './feed.ts';
import type { SentBatch } from './recent-batches.ts';

const startMs = 1_800_000_000_000;

/** Rows with the time that was noted and whether they are committed yet. */
interface Row {
  h: string;
  atMs: number;
  isCommitted: boolean;
}

/** A feed on rows in memory, with a clock and a timer in the hand of the test. */
function house(room?: FeedRoom) {
  const rows: Row[] = [];
  const asked: number[] = [];
  const log: string[] = [];
  let nowMs = startMs;
  let due: { atMs: number; act: () => void }[] = [];
  let isOut = false;
  const entryOf = ({ h, atMs }: Row): RevocationEntry => ({ k: 'fam', h, exp: Math.ceil(atMs / 1000) + 3600 });
  const note = (event: string) => void log.push(event);
  const feed = new RevocationFeed(
    {
      issuer: 'https://id.example',
      id: 'feed',
      clock: { now: () => nowMs },
      timer: { nowMs: () => nowMs - startMs, after: (ms, act) => void due.push({ atMs: nowMs + ms, act }) },
      log: { info: note, warn: note, error: note },
      meter: {
        published: () => undefined,
        answered: () => undefined,
        refused: () => undefined,
        refreshed: () => undefined,
        triedToSignIn: () => undefined,
        toldOfLogout: () => undefined,
      },
      horizonMs: () => 3_600_000,
      async read(sinceMs, limit) {
        asked.push(sinceMs);
        if (isOut) throw new StorageUnavailable('out');
        const found = rows.filter((row) => row.isCommitted && row.atMs >= sinceMs);
        return found.slice(0, limit).map(entryOf);
      },
      sign: async (payload) => JSON.stringify(payload),
    },
    room,
  );
  return {
    feed,
    rows,
    asked,
    log,
    nowSeconds: () => Math.floor(nowMs / 1000),
    setOut: (value: boolean) => void (isOut = value),
    end: (h: string, agoMs = 0, isCommitted = true) => {
      const row = { h, atMs: nowMs - agoMs, isCommitted };
      rows.push(row);
      return row;
    },
    /** Lets time pass in steps, each with all that follows from it. */
    async pass(milliseconds: number, stepMs = 250) {
      for (let passed = 0; passed < milliseconds; passed += stepMs) {
        nowMs += stepMs;
        const now = due.filter(({ atMs }) => atMs <= nowMs);
        due = due.filter(({ atMs }) => atMs > nowMs);
        for (const { act } of now) act();
        await new Promise(setImmediate);
      }
    },
  };
}

function follower(name = 'api') {
  const batches: RevocationBatch[] = [];
  let isEnded = false;
  const followed: Follower = {
    name,
    send: ({ batch }: SentBatch) => void batches.push(JSON.parse(batch) as RevocationBatch),
    end: () => void (isEnded = true),
  };
  return {
    followed,
    batches,
    isEnded: () => isEnded,
    handles: () => batches.flatMap(({ entries }) => entries.map(({ h }) => h)),
  };
}

describe('a commit that is late', () => {
  test('is told although younger endings were told before it', async () => {
    const { feed, end, pass } = house();
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    const late = end('late', 0, false);
    await pass(1_000);
    end('younger');
    await pass(20_000);
    assert.deepEqual(reader.handles(), ['younger']);
    late.isCommitted = true;
    await pass(250);
    assert.deepEqual(reader.handles(), ['younger', 'late']);
  });

  test('of whatever age is told within half a minute', async () => {
    const { feed, end, pass } = house();
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    await pass(1_000);
    end('by a process that stood still', 1_800_000);
    await pass(30_000);
    assert.deepEqual(reader.handles(), ['by a process that stood still']);
  });

  test('is in what a newcomer is told first, also after nobody listened', async () => {
    const { feed, end, pass } = house();
    const first = follower();
    const following = await feed.follow(first.followed, undefined);
    assert.ok(following.ok);
    following.leave();
    end('late', 600_000);
    await pass(600_000, 60_000);
    const second = follower();
    await feed.follow(second.followed, undefined);
    assert.deepEqual(second.handles(), ['late']);
  });

  test('on a clock that went ahead or was set back', async () => {
    const { feed, end, pass } = house();
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    end('by a node whose clock is 8 seconds ahead', -8_000);
    await pass(250);
    end('by a node whose clock is 8 seconds behind', 8_000);
    await pass(250);
    assert.equal(reader.handles().length, 2);
  });
});

describe('batches', () => {
  test('are numbered without a gap, and none is told twice', async () => {
    const { feed, end, pass } = house();
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    for (const h of ['a', 'b', 'c']) {
      end(h);
      await pass(500);
    }
    await pass(20_000);
    assert.deepEqual(
      reader.batches.map(({ seq }) => seq),
      reader.batches.map((_, index) => index + 1),
    );
    assert.deepEqual(reader.handles(), ['a', 'b', 'c']);
  });

  test('are the same for all, whoever comes when', async () => {
    const { feed, end, pass } = house();
    const [one, other] = [follower(), follower()];
    end('a');
    await feed.follow(one.followed, undefined);
    end('b');
    await pass(250);
    await feed.follow(other.followed, undefined);
    end('c');
    await pass(250);
    assert.deepEqual(one.handles(), ['a', 'b', 'c']);
    assert.deepEqual(other.handles().toSorted(), ['a', 'b', 'c']);
    assert.deepEqual(other.batches.at(-1), one.batches.at(-1));
  });

  test('are never old when they are sent, however long nobody asked', async () => {
    const { feed, pass, nowSeconds } = house();
    const first = follower();
    const following = await feed.follow(first.followed, undefined);
    assert.ok(following.ok);
    following.leave();
    for (const ask of [
      async () => feed.poll(undefined),
      async () => feed.poll('feed:1'),
      async () => {
        const later = follower();
        const again = await feed.follow(later.followed, 'feed:1');
        assert.ok(again.ok);
        again.leave();
        return { batch: JSON.stringify(later.batches[0]) };
      },
    ]) {
      await pass(120_000, 60_000);
      const { batch } = await ask();
      assert.equal((JSON.parse(batch) as RevocationBatch).iat, nowSeconds());
    }
  });

  test('forget what can concern no token any more', async () => {
    const { feed, end, pass } = house();
    end('old');
    const first = follower();
    await feed.follow(first.followed, undefined);
    await pass(3_700_000, 100_000);
    const second = follower();
    await feed.follow(second.followed, undefined);
    assert.deepEqual(second.handles(), []);
  });
});

describe('the store', () => {
  test('is not asked while nobody follows', async () => {
    const { feed, asked, pass } = house();
    await pass(10_000);
    feed.nudge();
    await pass(10_000);
    assert.deepEqual(asked, []);
    const following = await feed.follow(follower().followed, undefined);
    assert.ok(following.ok);
    following.leave();
    const before = asked.length;
    await pass(10_000);
    assert.equal(asked.length, before);
  });

  test('is asked four times a second at most, whoever many follow', async () => {
    const { feed, asked, pass } = house();
    for (let count = 0; count < 20; count += 1) await feed.follow(follower().followed, undefined);
    const before = asked.length;
    await pass(10_000, 10);
    assert.ok(asked.length - before <= 40, String(asked.length - before));
  });

  test('that is out makes the feed silent, and said once in the log; what ended meanwhile is told afterwards', async () => {
    const { feed, end, log, pass, setOut } = house();
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    setOut(true);
    end('meanwhile');
    await pass(120_000);
    assert.equal(reader.batches.length, 1);
    assert.deepEqual(log, ['revocations_unreadable']);
    setOut(false);
    await pass(250);
    assert.deepEqual(reader.handles(), ['meanwhile']);
    assert.deepEqual(log, ['revocations_unreadable', 'revocations_readable']);
  });

  test('in which too much ended makes it silent as well, and turns newcomers away', async () => {
    const { feed, end, pass } = house({ followers: 10, followersOfName: 10, entries: 3 });
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    for (const h of ['a', 'b', 'c', 'd']) end(h);
    await pass(60_000);
    assert.equal(reader.batches.length, 1);
    await assert.rejects(feed.follow(follower().followed, undefined), StorageUnavailable);
  });
});

describe('room', () => {
  test('is for so many of one name, and so many at all', async () => {
    const { feed } = house({ followers: 3, followersOfName: 2, entries: 10 });
    const come = async (name: string) => feed.follow(follower(name).followed, undefined);
    const first = await come('a');
    await come('a');
    assert.deepEqual(await come('a'), { ok: false, reason: 'name_full' });
    await come('b');
    assert.deepEqual(await come('c'), { ok: false, reason: 'full' });
    assert.ok(first.ok);
    first.leave();
    assert.ok((await come('a')).ok);
  });

  test('is no more in a closed feed, which sends everybody away', async () => {
    const { feed } = house();
    const reader = follower();
    await feed.follow(reader.followed, undefined);
    feed.close();
    assert.ok(reader.isEnded());
    assert.deepEqual(await feed.follow(follower().followed, undefined), { ok: false, reason: 'closed' });
  });
});
