import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { RevocationSettings } from '../settings.ts';
import { createAccessTokenVerifier, type AccessTokenVerifier } from '../verifier.ts';
import { apiUrl, bearer, issuerUrl, makeKey, VirtualIssuer } from '../virtual-issuer.fixture.ts';
import { until, VirtualFeed } from './virtual-feed.fixture.ts';

const opened: AccessTokenVerifier[] = [];
afterEach(() => {
  for (const verifier of opened.splice(0)) verifier.close();
});

function open(
  changes: Partial<RevocationSettings> = {},
  prepare: (feed: VirtualFeed, issuer: VirtualIssuer) => void = () => {},
) {
  const issuer = new VirtualIssuer();
  const feed = new VirtualFeed(issuer);
  prepare(feed, issuer);
  const revocations = { clientSecret: 'of the api', ...changes };
  const verifier = createAccessTokenVerifier(issuer.settings({ revocations }));
  opened.push(verifier);
  const verify = async (token: string) => {
    const result = await verifier.verify(bearer(token));
    return result.ok ? 'accepted' : result.refusal.reason;
  };
  const state = () => verifier.state().revocations ?? assert.fail('no feed');
  const follows = (seq: number) => until(() => state().seq === seq);
  return { issuer, feed, verifier, verify, state, follows };
}

const exp = Date.UTC(2027, 0, 1) / 1000;
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

describe('what was revoked', () => {
  it('is known before the first request is accepted', async () => {
    const { issuer, verify } = open({}, (feed) => feed.entries.push({ k: 'jti', h: 'taken-back', exp }));
    const [bad, good] = await Promise.all([verify(issuer.token({ jti: 'taken-back' })), verify(issuer.token())]);
    assert.deepEqual([bad, good], ['revoked', 'accepted']);
  });

  it('is asked for with the credentials of the API, form-encoded', async () => {
    const { feed, verifier } = open({ clientSecret: 'a:b c' });
    await verifier.ready();
    const [call] = feed.calls;
    const expected = `${new URLSearchParams({ '': apiUrl }).toString().slice(1)}:a%3Ab+c`;
    assert.equal(call?.authorization, `Basic ${Buffer.from(expected).toString('base64')}`);
    assert.equal(call?.accept, 'text/event-stream');
  });

  const iat = Date.UTC(2026, 5, 1, 12) / 1000;
  const user = hashOf(`${issuerUrl}|usr_ada`);
  const consent = hashOf(`${issuerUrl}|usr_ada|app`);
  const cases: [string, object, object, object][] = [
    ['a family', { k: 'fam', h: 'fam_1' }, { fam: 'fam_1', sid: 'ses_1' }, { fam: 'fam_2', sid: 'ses_1' }],
    ['a session', { k: 'sid', h: 'ses_1' }, { sid: 'ses_1' }, { sid: 'ses_1', fam: 'fam_1' }],
    ['a device', { k: 'dev', h: 'dev_1' }, { dev: 'dev_1', fam: 'fam_1' }, { dev: 'dev_2', fam: 'fam_1' }],
    ['a token', { k: 'jti', h: 'one' }, { jti: 'one' }, { jti: 'two' }],
    ['a user', { k: 'usr', h: user, uep: 3 }, { uep: 2 }, { uep: 3 }],
    ['a user, not another', { k: 'usr', h: user, uep: 3 }, { uep: 2 }, { uep: 2, sub: 'usr_bob' }],
    ['a user, not a service', { k: 'usr', h: user, uep: 3 }, { uep: 2 }, { uep: undefined }],
    ['a consent', { k: 'con', h: consent, iat }, { iat }, { iat: iat + 1 }],
    ['a consent, not of another client', { k: 'con', h: consent, iat }, { iat }, { iat, client_id: 'other' }],
    ['a client', { k: 'cli', h: 'app', iat }, { iat }, { iat: iat + 1 }],
  ];
  for (const [what, entry, ended, living] of cases)
    it(`of ${what} reaches tokens that were accepted before, and no others`, async () => {
      const { issuer, feed, verify, follows } = open();
      const [bad, good] = [issuer.token({ ...ended }), issuer.token({ ...living })];
      assert.deepEqual([await verify(bad), await verify(good)], ['accepted', 'accepted']);
      feed.publish({ ...entry, exp });
      await follows(2);
      assert.deepEqual([await verify(bad), await verify(good)], ['revoked', 'accepted']);
    });

  it('is said in words: 401 with a reason', async () => {
    const { issuer, feed, verifier, follows } = open();
    await verifier.ready();
    feed.publish({ k: 'dev', h: 'dev_1', exp });
    await follows(2);
    const result = await verifier.verify(bearer(issuer.token({ dev: 'dev_1' })));
    assert.ok(!result.ok);
    assert.equal(result.answer.status, 401);
    assert.equal(result.answer.body.detail, 'the token was revoked: the device was removed');
    assert.match(result.answer.headers['WWW-Authenticate'] ?? '', /error="invalid_token"/);
  });

  it('may be taken back where that is possible: the later word counts', async () => {
    const { issuer, feed, verify, follows } = open();
    const token = issuer.token({ uep: 4 });
    assert.equal(await verify(token), 'accepted');
    feed.publish({ k: 'usr', h: user, uep: 9_007_199_254_740_991, exp });
    await follows(2);
    assert.equal(await verify(token), 'revoked');
    feed.publish({ k: 'usr', h: user, uep: 4, exp });
    await follows(3);
    assert.equal(await verify(token), 'accepted');
  });

  it('is forgotten with the last token that it can concern, and not before', async () => {
    const { issuer, feed, verifier, verify, state, follows } = open();
    const token = issuer.token({ fam: 'fam_1', exp: iat + 100 });
    await verifier.ready();
    feed.publish({ k: 'fam', h: 'fam_1', exp: iat + 100 }, { k: 'fam', h: 'fam_2', exp: iat + 1000 });
    await follows(2);
    for (let seconds = 0; seconds < 100; seconds += 10) {
      assert.equal(await verify(token), 'revoked');
      await issuer.clock.advance(10_000);
      feed.publish();
      await until(() => state().seq === feed.seq);
    }
    await issuer.clock.advance(10_000);
    for (let times = 0; times < 7; times += 1) {
      feed.publish();
      await until(() => state().seq === feed.seq);
      await issuer.clock.advance(10_000);
    }
    assert.equal(state().entries.fam, 1);
  });

  it('of a kind that is not known is passed over, and counted', async () => {
    const { issuer, feed, verify, state, follows } = open();
    assert.equal(await verify(issuer.token()), 'accepted');
    feed.publish({ k: 'new', h: 'x', exp }, { k: 'jti', h: 'one', exp });
    await follows(2);
    assert.equal(state().unknownEntries, 1);
    assert.equal(await verify(issuer.token({ jti: 'one' })), 'revoked');
  });
});

describe('a memory of tokens changes no decision', () => {
  type Step = { kind: 'token'; which: number } | { kind: 'end'; entry: object };
  const handle = fc.constantFrom('1', '2', '3');
  const entry = fc.oneof(
    fc.record({ k: fc.constantFrom('fam', 'sid', 'dev', 'jti'), h: handle, exp: fc.constant(exp) }),
    fc.record({
      k: fc.constant('usr'),
      h: fc.constant(hashOf(`${issuerUrl}|usr_ada`)),
      uep: fc.nat(4),
      exp: fc.constant(exp),
    }),
    fc.record({ k: fc.constant('cli'), h: fc.constant('app'), iat: fc.constantFrom(0, exp), exp: fc.constant(exp) }),
  );
  const steps: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('token' as const), which: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), entry }) },
  );

  it('whatever ends between two requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 20 }), async (run) => {
        const { issuer, feed, verifier } = open();
        const forgetful = createAccessTokenVerifier(
          issuer.settings({ revocations: { clientSecret: 's' }, rememberedTokens: 0 }),
        );
        opened.push(forgetful);
        const tokens = ['1', '2', '3'].flatMap((each, uep) => [
          issuer.token({ fam: each, sid: each, dev: '4', uep }),
          issuer.token({ sid: each, dev: each, jti: each, uep, client_id: 'other' }),
        ]);
        await Promise.all([verifier.ready(), forgetful.ready()]);
        for (const step of run) {
          if (step.kind === 'end') {
            feed.publish(step.entry);
            await until(() => [verifier, forgetful].every((each) => each.state().revocations?.seq === feed.seq));
          } else {
            const facts = bearer(tokens[step.which] ?? '');
            const results = [await verifier.verify(facts), await forgetful.verify(facts)];
            const [one, other] = results.map((result) => (result.ok ? result.auth.claims : result.refusal));
            assert.deepEqual(one, other);
          }
        }
        for (const each of opened.splice(0)) each.close();
      }),
      { numRuns: 25 },
    );
  });
});

describe('a batch is refused', () => {
  const refusedBatches: [string, string, (feed: VirtualFeed, issuer: VirtualIssuer) => string][] = [
    [
      'that somebody else signed',
      'signature_wrong',
      (feed, { keys }) => feed.batch({ seq: 2 }, {}, makeKey('ES256', keys[0]?.kid)),
    ],
    ['by a key that nobody knows', 'key_unknown', (feed) => feed.batch({ seq: 2 }, {}, makeKey('ES256'))],
    ['of another issuer', 'issuer_wrong', (feed) => feed.batch({ seq: 2, iss: 'https://evil.example' })],
    ['that is a token', 'type_wrong', (feed) => feed.batch({ seq: 2 }, { typ: 'at+jwt' })],
    ['that was not signed', 'type_wrong', (feed) => feed.batch({ seq: 2 }, { alg: 'none' })],
    ['that leaves one out', 'gap', (feed) => feed.batch({ seq: 3 })],
    ['that comes again', 'gap', (feed) => feed.batch({ seq: 1 })],
    ['of another feed', 'gap', (feed) => feed.batch({ seq: 2, feed: 'feed-2' })],
    ['that is a full one of before', 'old_copy', (feed) => feed.full({ seq: 0 })],
    [
      'whose time is before that of the last one',
      'old_copy',
      (feed, { clock }) => feed.batch({ seq: 2, iat: Math.floor(clock.now() / 1000) - 11 }),
    ],
    ['with half an entry', 'malformed', (feed) => feed.batch({ seq: 2, entries: [{ k: 'usr', h: 'x', exp }] })],
    ['that is nonsense', 'malformed', () => 'nonsense'],
  ];
  for (const [what, why, make] of refusedBatches)
    it(`${what}: a full one is asked for`, async () => {
      const { issuer, feed, verify, state } = open();
      assert.equal(await verify(issuer.token()), 'accepted');
      feed.entries.push({ k: 'jti', h: 'one', exp });
      feed.send(make(feed, issuer));
      await until(() => state().refusedBatches[why as 'gap'] === 1);
      await issuer.clock.advance(1_000);
      await until(() => state().seq === 1 && state().batches === 2);
      assert.equal(feed.calls.at(-1)?.lastId, null);
      assert.equal(await verify(issuer.token({ jti: 'one' })), 'revoked');
    });

  it('at the beginning, when it is an old copy', async () => {
    const { issuer, feed, verifier, state } = open({}, (each) => (each.id = 'replayed'));
    await verifier.ready();
    const old = feed.full();
    verifier.close();
    await issuer.clock.advance(3_600_000);
    feed.outage = () => Response.json({ batch: old });
    const later = createAccessTokenVerifier(issuer.settings({ revocations: { clientSecret: 'x' } }));
    opened.push(later);
    await until(() => later.state().revocations?.refusedBatches.old_copy === 1);
    assert.equal(later.state().revocations?.kind, 'loading');
    assert.equal(state().kind, 'stale');
  });
});

describe('a feed that is lost', () => {
  it('is found again where it was left', async () => {
    const { issuer, feed, verify, verifier, state } = open();
    await verifier.ready();
    feed.cut();
    await until(() => state().lostConnections === 1);
    feed.publish({ k: 'jti', h: 'one', exp });
    await issuer.clock.advance(500);
    await until(() => state().seq === 2);
    assert.equal(feed.calls.at(-1)?.lastId, 'feed-1:1');
    assert.equal(await verify(issuer.token({ jti: 'one' })), 'revoked');
  });

  it('is followed on another node, and nothing that ended for good comes back to life', async () => {
    const { issuer, feed, verify, verifier, state } = open({}, ({ entries }) =>
      entries.push({ k: 'fam', h: 'fam_1', exp }),
    );
    await verifier.ready();
    // The other node is a moment behind.
    [feed.id, feed.seq, feed.entries] = ['feed-2', 41, []];
    feed.end();
    await until(() => state().lostConnections === 1);
    await issuer.clock.advance(500);
    await until(() => state().feed === 'feed-2');
    assert.equal(await verify(issuer.token({ fam: 'fam_1' })), 'revoked');
  });

  it('is noticed when it falls silent', async () => {
    const { issuer, feed, verifier, state } = open();
    await verifier.ready();
    await issuer.clock.advance(12_500);
    await until(() => feed.calls.length === 2);
    assert.equal(state().kind, 'fresh');
  });

  it('is stale after 30 seconds: 503 with a time, never accepted by what was known', async () => {
    const stale: string[] = [];
    const { issuer, feed, verifier } = open({ onFeedStale: ({ kind, trouble }) => stale.push(`${kind}: ${trouble}`) });
    const token = issuer.token();
    assert.ok((await verifier.verify(bearer(token))).ok);
    feed.outage = () => new Response(null, { status: 503 });
    feed.cut();
    await issuer.clock.advance(29_000);
    assert.ok((await verifier.verify(bearer(token))).ok);
    await issuer.clock.advance(2_000);
    const result = await verifier.verify(bearer(token));
    assert.ok(!result.ok);
    assert.equal(result.refusal.reason, 'revocations_unknown');
    assert.equal(result.answer.status, 503);
    assert.equal(result.answer.headers['Retry-After'], '5');
    assert.equal(stale.length, 1);
    assert.match(stale[0] ?? '', /^stale: https:\/\/id.example.com\/revocations\S* answered 503$/);
  });

  it('does not become fresh by the wall clock', async () => {
    const { issuer, feed, verify, verifier } = open();
    await verifier.ready();
    feed.outage = () => new Response(null, { status: 503 });
    feed.cut();
    const token = issuer.token();
    await issuer.clock.advance(31_000);
    issuer.clock.setWall(-31_000);
    assert.equal(await verify(token), 'revocations_unknown');
  });

  it('is good again as soon as it is back', async () => {
    const { issuer, feed, verify, verifier, state } = open();
    await verifier.ready();
    feed.outage = () => new Response(null, { status: 503 });
    feed.cut();
    await issuer.clock.advance(60_000);
    assert.equal(await verify(issuer.token()), 'revocations_unknown');
    feed.outage = undefined;
    await issuer.clock.advance(7_000);
    await until(() => state().kind === 'fresh');
    assert.equal(await verify(issuer.token()), 'accepted');
  });

  it('that was never there lets nobody in, and keeps nobody waiting for ever', async () => {
    const { issuer, verifier } = open({}, (feed) => (feed.outage = () => new Response(null, { status: 500 })));
    const verifying = verifier.verify(bearer(issuer.token()));
    let isOver = false;
    void verifying.then(() => (isOver = true));
    for (let seconds = 0; seconds < 30 && !isOver; seconds += 1) await issuer.clock.advance(1_000);
    const result = await verifying;
    assert.ok(!result.ok && result.answer.status === 503);
  });

  it('is not asked for more often than every few seconds', async () => {
    const { issuer, feed, state } = open({}, (each) => (each.outage = () => new Response(null, { status: 500 })));
    for (let second = 0; second < 60; second += 1) {
      await issuer.clock.advance(1_000);
      await until(() => state().kind === 'loading');
    }
    assert.ok(feed.calls.length < 20, `${feed.calls.length} in a minute`);
  });

  it('may be replaced by questions about each token', async () => {
    const endpoint = `${issuerUrl}/introspect`;
    const { issuer, feed, verify, verifier } = open({ whenStale: 'introspect' }, (_feed, { metadata }) => {
      metadata['introspection_endpoint'] = endpoint;
    });
    const [good, bad] = [issuer.token(), issuer.token()];
    issuer.served.set(endpoint, ({ body }) =>
      Response.json(
        new URLSearchParams(body as URLSearchParams).get('token') === good
          ? issuer.claims({ active: true })
          : { active: false },
      ),
    );
    await verifier.ready();
    feed.outage = () => new Response(null, { status: 503 });
    feed.cut();
    await issuer.clock.advance(31_000);
    assert.equal(await verify(good), 'accepted');
    assert.equal(await verify(bad), 'inactive');
    issuer.served.delete(endpoint);
    await issuer.clock.advance(2_000);
    assert.equal(await verify(good), 'introspection_unavailable');
  });
});

describe('where streams do not come through', () => {
  it('the feed is asked again and again, and revocations reach tokens within a second', async () => {
    const { issuer, feed, verify, verifier, state } = open({}, (each) => (each.isPollOnly = true));
    await verifier.ready();
    assert.equal(state().way, 'poll');
    feed.entries.push({ k: 'jti', h: 'one', exp });
    const { batches } = state();
    await issuer.clock.advance(1_000);
    await until(() => state().batches > batches);
    assert.equal(await verify(issuer.token({ jti: 'one' })), 'revoked');
  });

  it('a proxy that holds streams back is noticed', async () => {
    const { issuer, state, verifier } = open({}, (each) => (each.holdsBack = true));
    const ready = verifier.ready();
    for (let seconds = 0; seconds < 30 && state().kind === 'loading'; seconds += 1) await issuer.clock.advance(1_000);
    await ready;
    assert.equal(state().way, 'poll');
  });

  it('the stream is tried again, but keeps revocations waiting for seconds alone, and less and less often', async () => {
    const { issuer, state, verifier } = open({}, (each) => (each.holdsBack = true));
    const ready = verifier.ready();
    for (let seconds = 0; seconds < 30 && state().kind === 'loading'; seconds += 1) await issuer.clock.advance(1_000);
    await ready;
    const silent: number[] = [];
    for (let seconds = 0; seconds < 600; seconds += 1) {
      await issuer.clock.advance(1_000);
      if (state().way === 'stream') silent.push(seconds);
    }
    const again = silent.filter((second) => !silent.includes(second - 1)).length;
    assert.ok(again > 1 && silent.length <= 13 * again, `${silent.length} s in ${again} tries`);
    assert.ok(silent.length < 60, `${silent.length} of 600 s`);
  });
});
