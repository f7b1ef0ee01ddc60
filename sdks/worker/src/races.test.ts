import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { virtualWorkers } from './virtual-workers.fixture.ts';
import type { VirtualWorkers } from './virtual-workers.fixture.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const same = async (token: string) => token;
const isToken = ({ url }: Request) => url.endsWith('/token');

for (const rotates of [true, false]) {
  const mode = rotates ? 'with rotation' : 'without rotation';
  let all: VirtualWorkers;
  const setUp = () => {
    all = virtualWorkers();
    all.issuer.rotates = rotates;
  };
  const attempts = () => all.host.sentTo('/token').map(({ form }) => form.get('attempt'));
  const isAlive = () => assert.equal(all.issuer.families[0]?.endCause, undefined);

  /** The first renewal stands still before or after its request, until it is let go. */
  const holdFirst = (when: 'beforeSending' | 'beforeAnswer') => {
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let isFirst = true;
    all.host[when] = async (request) => {
      if (!isToken(request) || !isFirst) return;
      isFirst = false;
      reached.resolve();
      await held.promise;
    };
    return { reached: reached.promise, letGo: held.resolve };
  };

  describe(`two workers and one grant, ${mode}`, () => {
    beforeEach(setUp);

    it('make one token call, and both give its token', async () => {
      const [one, two] = [all.open(), all.open()];
      const id = await one.keep(all.issuer.signIn());
      await all.host.advance(hourMs);
      const { reached, letGo } = holdFirst('beforeAnswer');
      const first = one.withGrant(id, same);
      await reached;
      const second = two.withGrant(id, same);
      await all.host.advance(1000);
      letGo();
      const tokens = await Promise.all([first, all.host.during(second)]);
      assert.equal(all.host.sentTo('/token').length, 1);
      assert.equal(new Set(tokens).size, 1);
    });

    it('make one token call by schedule, for each of many', async () => {
      const workers = [all.open(), all.open(), all.open()];
      for (let count = 0; count < 30; count += 1) await workers[0]?.keep(all.issuer.signIn());
      await all.host.sleep(2 * hourMs);
      for (const worker of workers) worker.start();
      await all.host.advance(2 * minuteMs);
      const families = all.host.sentTo('/token').map(({ form }) => form.get('refresh_token')?.split('.')[0]);
      assert.deepEqual([families.length, new Set(families).size], [30, 30]);
      assert.ok(new Set(workers.filter(({ told }) => told.length > 0)).size > 1, 'the work is shared');
    });
  });

  describe(`a worker that dies, ${mode}`, () => {
    beforeEach(setUp);

    for (const when of ['beforeSending', 'beforeAnswer'] as const)
      it(`${when === 'beforeSending' ? 'before it sent' : 'between sending and storing'}: another goes on with its attempt`, async () => {
        const [one, two] = [all.open(), all.open()];
        const id = await one.keep(all.issuer.signIn());
        await all.host.advance(hourMs);
        const { reached } = holdFirst(when);
        // It never hears the answer: nobody lets it go.
        void one.withGrant(id, same);
        await reached;
        const attempt = (await all.store.read(id))?.attempt;
        assert.match(attempt ?? '', /^[\w-]{32}$/);
        two.start();
        await all.host.advance(2 * minuteMs);
        assert.equal(attempts().at(-1), attempt);
        assert.match(await two.withGrant(id, same), rotates ? /^at-0-1-/ : /^at-0-0-/);
        assert.equal((await all.store.read(id))?.attempt, undefined);
        await all.host.advance(hourMs);
        isAlive();
      });
  });

  describe(`a worker that stood still until its lease was over, ${mode}`, () => {
    beforeEach(setUp);

    it('with an answer in hand, does not put it over a newer one', async () => {
      const [one, two] = [all.open(), all.open()];
      const id = await one.keep(all.issuer.signIn());
      await all.host.advance(hourMs);
      const { reached, letGo } = holdFirst('beforeAnswer');
      const late = one.withGrant(id, same);
      await reached;
      two.start();
      await all.host.advance(3 * hourMs);
      const newest = await two.withGrant(id, same);
      letGo();
      assert.equal(await all.host.during(late), newest, 'it gives the token of the other');
      assert.deepEqual(one.told, []);
      await all.host.advance(2 * hourMs);
      isAlive();
    });

    it('with a request to send, does not send it', async () => {
      const [one, two] = [all.open(), all.open()];
      const id = await one.keep(all.issuer.signIn());
      await all.host.advance(hourMs);
      const reached = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const { save } = all.store;
      all.store.save = async (grant, lease) => {
        const isSaved = await save(grant, lease);
        if (grant.attempt !== undefined) {
          reached.resolve();
          await held.promise;
        }
        return isSaved;
      };
      const late = one.withGrant(id, same);
      await reached.promise;
      all.store.save = save;
      two.start();
      await all.host.advance(3 * hourMs);
      const sent = all.host.sentTo('/token').length;
      held.resolve();
      await all.host.during(late);
      assert.equal(all.host.sentTo('/token').length, sent);
      isAlive();
    });
  });
}
