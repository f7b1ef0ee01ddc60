import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { callback, openIssuer, redeem, refresh, stillClock, type TestIssuer } from '@ostiary/http/fixture';
import { keepUp } from '@ostiary/service';

const minute = 60;
const hour = 3600;
const day = 86_400;
const year = 365 * day;

const steps = [
  { name: '5 minutes ahead', seconds: 5 * minute },
  { name: '5 minutes back', seconds: -5 * minute },
  { name: 'a day ahead', seconds: day },
  { name: 'a day back', seconds: -day },
  { name: 'ten years ahead', seconds: 10 * year, isBeyondAllLimits: true },
  { name: 'ten years back', seconds: -10 * year },
];

for (const { name, seconds, isBeyondAllLimits = false } of steps) {
  describe(`the clock steps ${name}`, () => {
    let issuer: TestIssuer;
    /** Refresh tokens from birth to the newest. */
    let line: string[];
    before(async () => {
      issuer = await openIssuer();
      line = await bornLine(issuer, 3);
      issuer.clock.advance(seconds);
    });
    after(() => issuer.close());

    it('and the newest token works, or is over by its own limits; it is never called reuse', async () => {
      const { status, body } = await refresh(issuer, line.at(-1));
      if (isBeyondAllLimits) {
        assert.equal(body['error_cause'], 'absolute_expired');
        return;
      }
      assert.equal(status, 200, JSON.stringify(body));
      assertSaneTimes(body, issuer.clock.now());
      line.push(String(body['refresh_token']));
    });

    it('and an answer that is lost right then is answered again', async () => {
      if (isBeyondAllLimits) line = await bornLine(issuer, 3);
      const again = await refresh(issuer, line.at(-2));
      assert.equal(again.body['refresh_token'], line.at(-1), JSON.stringify(again.body));
    });

    it('row 88: and a token spent twice over stays spent', async () => {
      const { body } = await refresh(issuer, line[0]);
      assert.equal(body['error_cause'], 'reuse_detected');
      issuer.clock.advance(-seconds);
      assert.equal((await refresh(issuer, line.at(-1))).body['error_cause'], 'reuse_detected', 'the end is not undone');
    });

    it('and people sign in as ever', async () => {
      const [token] = await bornLine(issuer, 1);
      assert.match(String(token), /^ort_/);
    });
  });
}

describe('the clock steps to and fro', () => {
  it('and no family forks or ends: the line goes on through every step', async () => {
    const issuer = await openIssuer();
    let [token] = await bornLine(issuer, 0);
    for (const seconds of [-day, 5 * minute, -5 * minute, day, -3 * day, hour, 3 * day, -hour, -minute, minute]) {
      issuer.clock.advance(seconds);
      const [first, repeated] = await Promise.all([refresh(issuer, token), refresh(issuer, token)]);
      assert.equal(first.status, 200, JSON.stringify(first.body));
      assert.equal(first.body['refresh_token'], repeated.body['refresh_token']);
      token = String(first.body['refresh_token']);
    }
    await issuer.close();
  });

  it('and a code that is over stays within its minute of the clock', async () => {
    const issuer = await openIssuer();
    const code = (await issuer.browser().authorize()).get('code') ?? '';
    issuer.clock.advance(5 * minute);
    assert.equal((await redeem(issuer, code)).body['error'], 'invalid_grant');
    issuer.clock.advance(-10 * minute);
    assert.equal((await redeem(issuer, code)).status, 200, 'a step back hurts nobody who holds a code');
    assert.equal((await redeem(issuer, code)).body['error'], 'invalid_grant', 'but it is used once');
    await issuer.close();
  });
});

describe('limits on guessing', () => {
  it('keep nobody out longer because the clock was set back', async () => {
    const issuer = await openIssuer();
    const browser = issuer.browser();
    const page = await browser.open('/sign-in');
    const tryPassword = (password: string) => browser.submit(page, { username: 'ada@example.com', password });
    for (let tries = 0; tries < 5; tries += 1) await tryPassword('wrong');
    assert.match((await tryPassword('ada-demo-password')).html, /Too many tries/);
    issuer.clock.advance(-day);
    assert.match((await tryPassword('ada-demo-password')).html, /Too many tries/);
    issuer.clock.advance(minute);
    assert.match((await tryPassword('ada-demo-password')).html, /Your account/);
    await issuer.close();
  });
});

describe('keys that another process makes', () => {
  it('are read here although the clock was set back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-clock-'));
    const path = join(folder, 'ostiary.db');
    const [here, elsewhere] = [await openIssuer({ path }), await openIssuer({ path })];
    here.clock.advance(-day);
    await elsewhere.service.keyring.rotate();
    const wanted = elsewhere.service.keyring.jwks().keys.length;
    // The set that is asked for first is the old one; it makes the reading due.
    for (let turn = 0; turn < 50 && here.service.keyring.jwks().keys.length < wanted; turn += 1) await setImmediate();
    assert.equal(here.service.keyring.jwks().keys.length, wanted);
    await Promise.all([here.close(), elsewhere.close()]);
    rmSync(folder, { recursive: true });
  });
});

describe('the year 2038', () => {
  it('passes: times are more than 32 bits wide everywhere', async () => {
    const lastMs = (2 ** 31 - 1) * 1000;
    const issuer = await openIssuer({ clock: stillClock(lastMs - 5000) });
    const line = await bornLine(issuer, 2);
    for (const seconds of [4, 1, 1, 60, year]) {
      issuer.clock.advance(seconds);
      const { status, body } = await refresh(issuer, line.at(-1));
      if (seconds === year) {
        assert.equal(body['error_cause'], 'absolute_expired');
      } else {
        assert.equal(status, 200, JSON.stringify(body));
        assertSaneTimes(body, issuer.clock.now());
        line.push(String(body['refresh_token']));
      }
    }
    await issuer.close();
  });
});

describe('upkeep after a leap', () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await openIssuer();
  });
  after(() => issuer.close());

  it('removes nothing at its first run after a leap of more than an hour, and nothing was lost when the clock comes back', async () => {
    const [token] = await bornLine(issuer, 0);
    await keepUp(issuer.service);
    issuer.clock.advance(10 * year);
    assert.deepEqual(await keepUp(issuer.service), { removed: 0 });
    issuer.clock.advance(-10 * year);
    assert.deepEqual(await keepUp(issuer.service), { removed: 0 });
    assert.equal((await refresh(issuer, token)).status, 200);
  });

  it('goes on when the time turns out to be right', async () => {
    issuer.clock.advance(10 * year);
    assert.deepEqual(await keepUp(issuer.service), { removed: 0 });
    issuer.clock.advance(minute);
    assert.ok((await keepUp(issuer.service)).removed > 0);
  });
});

/** A sign-in and so many rotations; all tokens of the line, the first to the newest. */
async function bornLine(issuer: TestIssuer, rotations: number): Promise<string[]> {
  const code = (await issuer.browser().authorize({ redirect_uri: callback })).get('code') ?? '';
  const born = await redeem(issuer, code);
  assert.equal(born.status, 200, JSON.stringify(born.body));
  assertSaneTimes(born.body, issuer.clock.now());
  const line = [String(born.body['refresh_token'])];
  for (let round = 0; round < rotations; round += 1) {
    line.push(String((await refresh(issuer, line.at(-1))).body['refresh_token']));
  }
  return line;
}

/** Every number of an answer is a whole number of seconds, and the token's times are those of the clock. */
function assertSaneTimes(body: Record<string, unknown>, nowMs: number): void {
  const names = ['expires_in', 'refresh_token_expires_in', 'refresh_token_timeout', 'authorization_expires_in'];
  for (const name of names) {
    assert.ok(Number.isInteger(body[name]) && Number(body[name]) > 0, `${name} is ${String(body[name])}`);
  }
  for (const name of ['access_token', 'id_token']) {
    const [, claims = ''] = String(body[name]).split('.');
    const { iat, exp, auth_time } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
    assert.equal(iat, Math.floor(nowMs / 1000));
    assert.equal(exp, Math.floor(nowMs / 1000) + 3600);
    assert.ok(Number.isInteger(auth_time));
  }
}
