import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { authorizeParameters, type TestBrowser } from '@ostiary/http/fixture';
import type { Plan } from '@ostiary/model';
import { disableUser } from '@ostiary/service';
import { ambiguously } from './ambiguous-store.fixture.ts';
import {
  codeFor,
  exchange,
  isActive,
  native,
  offlineSpa,
  openHouse,
  refusedWith,
  renew,
  revoke,
  spa,
  strictSpa,
  tokensFor,
  tokensIn,
  web,
  type House,
  type TokenAnswer,
} from './house.fixture.ts';

const crowds = [2, 8, 64, 256];
const attempt = { attempt: 'an-attempt-of-22-characters' };

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

function crowd<Value>(size: number, one: (index: number) => Promise<Value>): Promise<Value[]> {
  return Promise.all(Array.from({ length: size }, (_, index) => one(index)));
}

function split(answers: TokenAnswer[]): { served: TokenAnswer[]; refused: TokenAnswer[] } {
  const served = answers.filter(({ status }) => status === 200);
  return { served, refused: answers.filter(({ status }) => status !== 200) };
}

/** Asserts that each of them was refused with `invalid_grant`, or told to come again. */
function assertRefused(answers: TokenAnswer[]): void {
  for (const { status, body } of answers) {
    const isTurnedAway = status === 400 && body['error'] === 'invalid_grant';
    assert.ok(isTurnedAway || (status === 503 && body['error'] === 'temporarily_unavailable'), JSON.stringify(body));
  }
}

describe('row 87 (CVE-2026-53517, CVE-2026-1035, CVE-2026-50631): one refresh token, many callers', () => {
  for (const size of crowds) {
    it(`${size} within the retry window: all served, one successor`, async () => {
      const { refresh_token } = await tokensFor(house);
      const answers = await crowd(size, () => renew(house, spa, refresh_token));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      const successors = new Set(answers.map(({ body }) => body['refresh_token']));
      assert.equal(successors.size, 1);
      assert.equal(new Set(answers.map(({ body }) => body['access_token'])).size, size);
      const [successor] = successors;
      tokensIn(await renew(house, spa, String(successor)));
    });

    it(`${size} with one attempt: all served, one successor, hours later too`, async () => {
      const { refresh_token } = await tokensFor(house);
      const first = await crowd(size, () => renew(house, spa, refresh_token, attempt));
      house.clock.advance(7200);
      const second = await crowd(size, () => renew(house, spa, refresh_token, attempt));
      assert.equal(new Set([...first, ...second].map(({ body }) => body['refresh_token'])).size, 1);
    });

    it(`${size} with retrySeconds 0: one winner, then the family has ended`, async () => {
      const { refresh_token } = await tokensFor(house, strictSpa);
      const { served, refused } = split(await crowd(size, () => renew(house, strictSpa, refresh_token)));
      assert.equal(served.length, 1);
      assertRefused(refused);
      const winner = tokensIn(served[0] ?? { status: 0, body: {}, headers: new Headers() });
      const end = await renew(house, strictSpa, winner.refresh_token);
      assert.equal(end.body['error_cause'], 'reuse_detected');
      assert.equal(await isActive(house, winner.access_token), false);
    });

    it(`${size} of a confidential client without rotation: all served, the same token`, async () => {
      const { refresh_token } = await tokensFor(house, web);
      const answers = await crowd(size, () => renew(house, web, refresh_token));
      assert.deepEqual([...new Set(answers.map(({ body }) => body['refresh_token']))], [refresh_token]);
    });
  }
});

describe('row 50 (OAuth 2.1 4.1.3): one code, many callers', () => {
  for (const size of crowds) {
    it(`${size} without an attempt: one success, and its family has ended`, async () => {
      const code = await codeFor(house.browser());
      const { served, refused } = split(await crowd(size, () => exchange(house, spa, code)));
      assert.equal(served.length, 1);
      assertRefused(refused);
      const winner = tokensIn(served[0] ?? { status: 0, body: {}, headers: new Headers() });
      const end = await renew(house, spa, winner.refresh_token);
      assert.equal(end.body['error_cause'], 'code_replayed');
      assert.equal(await isActive(house, winner.access_token), false);
    });

    it(`${size} with one attempt: one success, and its family lives`, async () => {
      const code = await codeFor(house.browser());
      const { served, refused } = split(await crowd(size, () => exchange(house, spa, code, attempt)));
      assert.equal(served.length, 1);
      assertRefused(refused);
      const winner = tokensIn(served[0] ?? { status: 0, body: {}, headers: new Headers() });
      assert.equal(await isActive(house, winner.access_token), true);
      tokensIn(await renew(house, spa, winner.refresh_token));
    });

    it(`${size}, all but one with a wrong verifier: one success, and its family lives`, async () => {
      const code = await codeFor(house.browser());
      const wrong = { code_verifier: 'w'.repeat(43) };
      const answers = await crowd(size, (index) => exchange(house, spa, code, index === size - 1 ? {} : wrong));
      const { served, refused } = split(answers);
      assert.equal(served.length, 1);
      assertRefused(refused);
      tokensIn(await renew(house, spa, String(served[0]?.body['refresh_token'])));
    });
  }
});

describe('one page, many answers', () => {
  async function consentPage(browser: TestBrowser) {
    const asked = authorizeParameters({ client_id: native.id, redirect_uri: native.redirectUri, prompt: 'consent' });
    const signIn = await browser.open(`/authorize?${asked.toString()}`);
    return browser.submit(signIn, { username: 'ada@example.com', password: 'ada-demo-password' });
  }

  for (const size of crowds) {
    it(`${size} times "allow": one code`, async () => {
      const browser = house.browser();
      const page = await consentPage(browser);
      const answers = await crowd(size, () => browser.submit(page, { decision: 'allow' }));
      const codes = answers.flatMap(({ leftTo }) =>
        leftTo === undefined ? [] : [new URL(leftTo).searchParams.get('code')],
      );
      assert.equal(codes.filter((code) => code !== null).length, 1, answers.map(({ status }) => status).join());
      for (const { status } of answers) assert.ok([200, 303, 400, 503].includes(status), String(status));
    });

    it(`${size} times "allow" and "deny": one of them counts`, async () => {
      const browser = house.browser();
      const page = await consentPage(browser);
      const answers = await crowd(size, (index) =>
        browser.submit(page, { decision: index % 2 === 0 ? 'allow' : 'deny' }),
      );
      const codes = answers.flatMap(({ leftTo }) =>
        leftTo === undefined ? [] : [new URL(leftTo).searchParams.get('code')],
      );
      assert.ok(codes.filter((code) => code !== null).length <= 1);
      const again = await browser.submit(page, { decision: 'allow' });
      assert.equal(again.leftTo, undefined, 'the page begins anew, and no code is given for the old one');
    });
  }
});

describe('sign-ins at once', () => {
  it('8 on one browser: one session is left standing, and it is the last cookie', async () => {
    const browser = house.browser();
    const page = await browser.open('/sign-in');
    const credentials = { username: 'ada@example.com', password: 'ada-demo-password' };
    await crowd(8, () => browser.submit(page, credentials));
    const account = await browser.open('/account');
    assert.equal(account.status, 200);
    assert.match(account.html, /Firefox on Linux/);
  });

  it('of two users on one browser: whoever has the cookie is who is shown', async () => {
    const browser = house.browser();
    const page = await browser.open('/sign-in');
    await Promise.all([
      browser.submit(page, { username: 'ada@example.com', password: 'ada-demo-password' }),
      browser.submit(page, { username: 'bob@example.com', password: 'bob-demo-password' }),
    ]);
    const { html } = await browser.open('/account');
    assert.notEqual(html.includes('ada@example.com'), html.includes('bob@example.com'));
  });
});

describe('an ending races with refreshes: afterwards nothing is alive', () => {
  const opened: House[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  async function another(): Promise<House> {
    const issuer = await openHouse();
    opened.push(issuer);
    return issuer;
  }

  /** Refreshes on, each with the newest token it has seen, while `end` happens among them. */
  async function race(issuer: House, token: string, end: () => Promise<unknown>): Promise<Set<string>> {
    const seen = new Set([token]);
    const run = async () => {
      let newest = token;
      for (let round = 0; round < 6; round += 1) {
        const { status, body } = await renew(issuer, spa, newest);
        if (status !== 200) return;
        newest = String(body['refresh_token']);
        seen.add(newest);
      }
    };
    await Promise.all([...Array.from({ length: 8 }, run), end()]);
    return seen;
  }

  async function assertDead(issuer: House, tokens: Iterable<string>): Promise<void> {
    for (const token of tokens) refusedWith(await renew(issuer, spa, token), 'invalid_grant');
  }

  for (const round of [1, 2, 3, 4]) {
    it(`revocation by the client, round ${round}`, async () => {
      const { refresh_token, access_token } = await tokensFor(house);
      const seen = await race(house, refresh_token, async () => {
        for (let turn = 0; turn < round; turn += 1) await Promise.resolve();
        assert.equal((await revoke(house, refresh_token)).status, 200);
      });
      await assertDead(house, seen);
      assert.equal(await isActive(house, access_token), false);
    });

    it(`disabling the user, beside code redemptions, round ${round}`, async () => {
      const issuer = await another();
      const browser = issuer.browser();
      const { refresh_token } = await tokensFor(issuer, spa, { browser });
      const codes = [await codeFor(browser), await codeFor(browser, offlineSpa)];
      const redeemed: Promise<TokenAnswer>[] = [];
      const seen = await race(issuer, refresh_token, async () => {
        for (const [index, code] of codes.entries()) {
          redeemed.push(exchange(issuer, index === 0 ? spa : offlineSpa, code));
        }
        for (let turn = 0; turn < round; turn += 1) await Promise.resolve();
        await disableUser(issuer.service, 'ada@example.com');
      });
      await assertDead(issuer, seen);
      for (const [index, { status, body }] of (await Promise.all(redeemed)).entries()) {
        if (status !== 200) continue;
        const client = index === 0 ? spa : offlineSpa;
        refusedWith(await renew(issuer, client, String(body['refresh_token'])), 'invalid_grant');
        assert.equal(await isActive(issuer, String(body['access_token'])), false);
      }
    });
  }
});

describe('an answer of the store that was lost after it had committed never ends a family', () => {
  let doubtful: House;
  const interrupted: string[] = [];
  before(async () => {
    doubtful = await openHouse();
  });
  after(() => doubtful.close());
  afterEach(() => interrupted.splice(0));

  /** The next plan of this kind is committed, and reported as if it had not been. */
  function lose(kind: (plan: Plan) => boolean, report: 'lost' | 'unavailable'): void {
    doubtful.service.store = ambiguously(doubtful.service.store, kind, report, interrupted);
  }
  const advances = (plan: Plan) => plan.advances.length > 0;
  const redeems = (plan: Plan) => plan.consumes.some(({ kind }) => kind === 'code');

  for (const client of [spa, strictSpa]) {
    for (const fields of [{}, attempt]) {
      const how = `${client.id}${'attempt' in fields ? ' with an attempt' : ''}`;
      it(`refresh of ${how}, reported as a lost race: the re-run knows its own work`, async () => {
        const { refresh_token } = await tokensFor(doubtful, client);
        lose(advances, 'lost');
        const renewed = tokensIn(await renew(doubtful, client, refresh_token, fields));
        assert.deepEqual(interrupted, ['lost']);
        assert.notEqual(renewed.refresh_token, refresh_token);
        tokensIn(await renew(doubtful, client, renewed.refresh_token));
      });
    }
  }

  it('refresh, reported as unavailable: 503, and the repeat gets the successor', async () => {
    const { refresh_token } = await tokensFor(doubtful);
    lose(advances, 'unavailable');
    const doubt = await renew(doubtful, spa, refresh_token, attempt);
    assert.equal(doubt.status, 503);
    assert.notEqual(doubt.headers.get('retry-after'), null);
    assert.deepEqual(interrupted, ['unavailable']);
    const renewed = tokensIn(await renew(doubtful, spa, refresh_token, attempt));
    tokensIn(await renew(doubtful, spa, renewed.refresh_token));
  });

  for (const fields of [{}, attempt]) {
    it(`code${'attempt' in fields ? ' with an attempt' : ''}, reported as a lost race: the re-run knows its own work`, async () => {
      const code = await codeFor(doubtful.browser());
      lose(redeems, 'lost');
      const tokens = tokensIn(await exchange(doubtful, spa, code, fields));
      assert.deepEqual(interrupted, ['lost']);
      assert.equal(await isActive(doubtful, tokens.access_token), true);
      tokensIn(await renew(doubtful, spa, tokens.refresh_token));
    });
  }

  it('code with an attempt, reported as unavailable: 503, and the repeat ends nothing', async () => {
    const code = await codeFor(doubtful.browser());
    lose(redeems, 'unavailable');
    assert.equal((await exchange(doubtful, spa, code, attempt)).status, 503);
    const repeated = await exchange(doubtful, spa, code, attempt);
    refusedWith(repeated, 'invalid_grant');
    assert.equal(repeated.body['error_cause'], undefined);
    const user = await doubtful.service.store.users.findByUsername('ada@example.com');
    assert.ok(user);
    const living = await doubtful.service.store.families.listLiving(user.id);
    assert.ok(living.some(({ family }) => family.generation === 0));
  });
});
