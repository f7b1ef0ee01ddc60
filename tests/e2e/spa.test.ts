import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { allowIfAsked, signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { LabPage } from './lab-page.ts';
import { claimsOf, postToken, refresh } from './token-endpoint.ts';

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;

before(async () => {
  [house, browser] = await Promise.all([openLabHouse(), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close()]));

beforeEach(async () => {
  // Sign-ins are limited per address, and all of these come from one.
  await house.advance(60);
  context = await browser.newContext();
  lab = await LabPage.open(context, house);
});
afterEach(() => context.close());

describe('S1.1 the app makes verifier, challenge and state, and goes to the issuer', () => {
  it('keeps the verifier in session storage and sends its S256 challenge, a state nobody can guess and a custom scope', async () => {
    await lab.act('step-prepare');
    const request = await prepared();
    const leaving = lab.page.waitForRequest(/\/authorize\?/);
    await lab.click('step-authorize');
    const { searchParams } = new URL((await leaving).url());
    assert.equal(searchParams.get('client_id'), 'lab-spa');
    assert.equal(searchParams.get('redirect_uri'), `${house.lab}/callback`);
    assert.ok(searchParams.get('scope')?.startsWith('openid offline_access eq1'));
    assert.match(request.state, /^[\w-]{22}$/);
    assert.equal(searchParams.get('state'), request.state);
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    const challenge = createHash('sha256').update(request.verifier).digest('base64url');
    assert.equal(searchParams.get('code_challenge'), challenge);
    assert.ok(!searchParams.has('code_verifier'));
  });
});

describe('S1.2 the callback and the exchange of the code', () => {
  it('comes back with the code and the same state, and posts what the document lists', async () => {
    await lab.act('step-prepare');
    const request = await prepared();
    await lab.click('step-authorize');
    const comingBack = lab.page.waitForRequest(/\/callback\?/);
    await signInAs(lab.page, 'ada', lab.home);
    const callback = new URL((await comingBack).url()).searchParams;
    assert.equal(callback.get('state'), request.state);
    assert.equal(callback.get('iss'), house.issuer);
    const posting = lab.page.waitForRequest(`${house.issuer}/token`);
    await lab.settled();
    await lab.click('step-exchange');
    const sent = await posting;
    const { code_verifier, code, attempt, ...rest } = formOf(sent);
    assert.equal(code, callback.get('code'));
    assert.equal(code_verifier, request.verifier);
    assert.match(attempt ?? '', /^[\w-]{32}$/);
    assert.deepEqual(rest, {
      grant_type: 'authorization_code',
      client_id: 'lab-spa',
      redirect_uri: `${house.lab}/callback`,
    });
    assert.equal(await lab.settled(), 'Signed in.');
  });

  it('ignores the scope of the exchange: what was allowed is what is granted', async () => {
    const { code, verifier } = await codeInHand();
    const { status, body } = await postToken(house.issuer, {
      grant_type: 'authorization_code',
      client_id: 'lab-spa',
      redirect_uri: `${house.lab}/callback`,
      code_verifier: verifier,
      code,
      scope: 'openid something-else',
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(words(body['scope']), ['eq1', 'offline_access', 'openid', 'read:reports']);
  });

  it('refuses a callback with a slash that the registered one lacks, and shows both', async () => {
    const slashed = `${house.lab}/callback/`;
    const answer = await lab.page.goto(
      `${house.issuer}/authorize?${new URLSearchParams({ ...asked, redirect_uri: slashed })}`,
    );
    assert.equal(answer?.status(), 400);
    await lab.page.locator('summary').click();
    const shown = await lab.page.locator('dd code').allTextContents();
    assert.ok(shown.includes(slashed), shown.join());
    assert.ok(shown.includes(`${house.lab}/callback`), shown.join());
    assert.equal(await lab.page.locator('dd mark').textContent(), '/');
  });

  it('answers a body that is not a form with 400 and says what it expects', async () => {
    const response = await fetch(`${house.issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'authorization_code', client_id: 'lab-spa', code: 'x' }),
    });
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), {
      error: 'invalid_request',
      error_description: 'the body must be application/x-www-form-urlencoded',
    });
  });
});

describe('S1.3 the answer of the token endpoint', () => {
  it('has a JWT, the type Bearer, an hour of life and a refresh token', async () => {
    const answering = lab.page.waitForResponse(`${house.issuer}/token`);
    await lab.signIn();
    const body = (await (await answering).json()) as Record<string, unknown>;
    assert.equal(body['token_type'], 'Bearer');
    assert.equal(body['expires_in'], 3600);
    assert.match(String(body['refresh_token']), /^ort_[\w-]{72}$/);
    const { exp, iat, aud, client_id, scope } = claimsOf(body['access_token']);
    assert.equal(Number(exp) - Number(iat), 3600);
    assert.equal(aud, 'https://api.lab.example');
    assert.equal(client_id, 'lab-spa');
    assert.deepEqual(words(scope), words(body['scope']));
  });
});

describe('S1.4 renewal', () => {
  it('renews before the call when exp is over', async () => {
    await lab.signIn();
    await lab.act('advance-hour');
    assert.equal(await lab.act('call-api'), 'The API answered 200 after a renewal.');
    assert.deepEqual((await lab.exchanges()).slice(-2), [
      { purpose: 'refresh', status: '200' },
      { purpose: 'call', status: '200' },
    ]);
    assert.equal(await lab.generation(), 1);
  });

  it('does not renew while the token is good', async () => {
    await lab.signIn();
    assert.equal(await lab.act('call-api'), 'The API answered 200.');
    assert.equal(await lab.generation(), 0);
  });

  it('renews when the API says 401', async () => {
    await lab.signIn();
    await lab.act('advance-hour');
    await lab.page.getByTestId('check-exp').uncheck();
    assert.equal(await lab.act('call-api'), 'The API answered 200 after a renewal.');
    assert.deepEqual((await lab.exchanges()).slice(-3), [
      { purpose: 'call', status: '401' },
      { purpose: 'refresh', status: '200' },
      { purpose: 'call', status: '200' },
    ]);
  });

  it('renews when an API that says 403 for expiry does so', async () => {
    await lab.signIn();
    await lab.act('advance-hour');
    await lab.page.getByTestId('check-exp').uncheck();
    assert.equal(await lab.act('call-legacy-api'), 'The API answered 200 after a renewal.');
    assert.deepEqual((await lab.exchanges()).slice(-3), [
      { purpose: 'call', status: '403' },
      { purpose: 'refresh', status: '200' },
      { purpose: 'call', status: '200' },
    ]);
  });

  it('posts client_id, refresh_token and an attempt, and gets the same shape of answer', async () => {
    const first = lab.page.waitForResponse(`${house.issuer}/token`);
    const { refreshToken } = await lab.signIn();
    const born = (await (await first).json()) as Record<string, unknown>;
    const second = lab.page.waitForResponse(`${house.issuer}/token`);
    await lab.act('renew');
    const sent = formOf((await second).request());
    const renewed = (await (await second).json()) as Record<string, unknown>;
    const { attempt, ...rest } = sent;
    assert.match(attempt ?? '', /^[\w-]{32}$/);
    assert.deepEqual(rest, { grant_type: 'refresh_token', client_id: 'lab-spa', refresh_token: refreshToken });
    assert.deepEqual(Object.keys(renewed).toSorted(), Object.keys(born).toSorted());
    assert.notEqual(renewed['refresh_token'], born['refresh_token']);
  });

  it('accepts the scope and any redirect_uri at a renewal, as apps of the document send them', async () => {
    const { refreshToken } = await lab.signIn();
    const { status, body } = await refresh(house.issuer, refreshToken, {
      redirect_uri: 'https://nobody.example/',
      scope: 'openid offline_access eq1 read:reports',
    });
    assert.equal(status, 200, JSON.stringify(body));
  });
});

describe('S1.5 the end of the refresh token', () => {
  it('is HTTP 400 invalid_grant; the app starts again at step 1 and keeps what the user was doing', async () => {
    await lab.signIn();
    await lab.page.getByTestId('draft').fill('Train to Bath, 12.40');
    // The page may find out by itself, as soon as it learns the time, or by the call.
    const refusing = refusalAt(lab.page, `${house.issuer}/token`);
    await lab.act('advance-days');
    await lab.click('call-api');
    const { status, body } = await refusing;
    assert.equal(status, 400);
    assert.deepEqual(body, {
      error: 'invalid_grant',
      error_description: 'the grant has ended: idle_expired',
      error_cause: 'idle_expired',
    });
    await lab.page.waitForURL(/\/sign-in\?/);
    await signInAs(lab.page, 'ada', lab.home);
    assert.match(await lab.settled(), /^Your session had ended .*your note is still here\. The API answered 200\.$/);
    assert.equal(await lab.page.getByTestId('draft').inputValue(), 'Train to Bath, 12.40');
    assert.equal(await lab.generation(), 0);
  });
});

describe('S1.6 what the browser stores', () => {
  it('is no secret of the app: none is sent, and none is kept', async () => {
    const requests: Request[] = [];
    lab.page.on('request', (request) => requests.push(request));
    await lab.signIn();
    await lab.act('renew');
    const posts = requests.filter((request) => request.url() === `${house.issuer}/token`);
    assert.equal(posts.length, 2);
    for (const post of posts) {
      assert.ok(!('authorization' in (await post.allHeaders())));
      assert.ok(Object.keys(formOf(post)).every((name) => !/secret|assertion/.test(name)));
    }
    const kept = await lab.page.evaluate(() => JSON.stringify([sessionStorage, localStorage, document.cookie]));
    assert.doesNotMatch(kept, /client_secret\W*[:=]|lab-web-secret/);
  });

  for (const choice of ['session', 'local', 'cookie', 'memory'] as const) {
    it(`is kept where the app chose: ${choice}`, async () => {
      await lab.page.getByTestId(`storage-${choice}`).check();
      await lab.click('sign-in');
      await signInAs(lab.page, 'ada', lab.home);
      assert.equal(await lab.settled(), 'Signed in.');
      const places = await lab.page.evaluate(
        (key) => ({
          session: sessionStorage.getItem(key) ?? '',
          local: localStorage.getItem(key) ?? '',
          cookie: document.cookie,
        }),
        `ostiary.lab-spa@${house.issuer}`,
      );
      const holding = Object.entries(places).filter(([, text]) => text.includes('ort_'));
      assert.deepEqual(
        holding.map(([name]) => name),
        choice === 'memory' ? [] : [choice],
      );
      assert.match(await lab.act('renew'), /^Renewed: generation 1/);
      await lab.page.reload();
      assert.equal(await lab.settled(), choice === 'memory' ? 'Not signed in.' : 'Signed in.');
    });
  }

  it('comes with the risk of each place', async () => {
    for (const choice of ['memory', 'session', 'local', 'cookie']) {
      const description = await lab.page.getByTestId(`storage-${choice}`).getAttribute('aria-describedby');
      assert.match((await lab.page.locator(`#${description}`).textContent()) ?? '', /script/);
    }
  });
});

describe('what must not end a session', () => {
  it('a lost answer: the same successor comes back', async () => {
    await lab.signIn();
    assert.match(await lab.act('lose-answer'), /^The answer was lost, and the same successor came back: generation 1,/);
    assert.match(await lab.act('renew'), /^Renewed: generation 2,/);
  });

  it('two renewals at once: both get the same successor', async () => {
    await lab.signIn();
    assert.match(await lab.act('two-renewals'), /^Both renewals got the same successor: generation 1,/);
    assert.match(await lab.act('renew'), /^Renewed: generation 2,/);
  });

  it('a fault of the server: the SDK tries again by itself', async () => {
    await lab.signIn();
    assert.match(await lab.act('busy-server'), /^The server was busy once; renewed: generation 1,/);
    assert.deepEqual((await lab.exchanges()).slice(-2), [
      { purpose: 'refresh', status: '503' },
      { purpose: 'refresh', status: '200' },
    ]);
  });

  it('no network: the tokens stay, and the next try works', async () => {
    await lab.signIn();
    await lab.page.getByTestId('offline').check();
    assert.match(await lab.act('renew'), /^The renewal failed .*Nothing is lost: try again\.$/);
    await lab.page.getByTestId('offline').uncheck();
    assert.match(await lab.act('renew'), /^Renewed: generation 1,/);
  });

  it('ten calls at once: one renewal for all', async () => {
    await lab.signIn();
    await lab.act('advance-hour');
    assert.equal(await lab.act('ten-calls'), '10 of ten calls answered 200; renewals: 1.');
  });
});

describe('sign-out', () => {
  it('ends the session and its refresh tokens, with the cause', async () => {
    const { refreshToken } = await lab.signIn();
    assert.equal(await lab.act('sign-out'), 'You are signed out.');
    const { status, body } = await refresh(house.issuer, refreshToken);
    assert.equal(status, 400);
    // The SDK gives the token back before it goes to the issuer's sign-out.
    assert.equal(body['error_cause'], 'revoked_by_client');
    await lab.click('sign-in');
    await lab.page.locator('#password').waitFor();
  });
});

describe('the whole scenario by one button', () => {
  it('signs in, calls, lets an hour pass and calls again', async () => {
    await lab.click('do-it-all');
    await signInAs(lab.page, 'ada', lab.home);
    assert.equal(await lab.settled(), 'The API answered 200 after a renewal.');
    assert.deepEqual(
      (await lab.exchanges()).map(({ purpose }) => purpose).filter((purpose) => purpose !== 'discovery'),
      ['authorize', 'callback', 'code', 'call', 'clock', 'refresh', 'call'],
    );
  });
});

const asked = {
  response_type: 'code',
  client_id: 'lab-spa',
  scope: 'openid offline_access eq1',
  state: 'state',
  code_challenge: 'a'.repeat(43),
  code_challenge_method: 'S256',
};

/** What the SDK keeps in this tab until the answer comes. */
async function prepared(): Promise<{ verifier: string; state: string }> {
  const kept = await lab.page.evaluate(() =>
    Object.values<string>(sessionStorage).find((text) => text.includes('verifier')),
  );
  return JSON.parse(kept ?? '') as { verifier: string; state: string };
}

/** Up to the code, which the page then leaves alone. */
async function codeInHand(): Promise<{ code: string; verifier: string }> {
  await lab.act('step-prepare');
  const { verifier } = await prepared();
  await lab.click('step-authorize');
  const comingBack = lab.page.waitForRequest(/\/callback\?/);
  await lab.page.locator('#username').waitFor();
  await signInAs(lab.page, 'ada', lab.home);
  await allowIfAsked(lab.page, lab.home);
  return { code: new URL((await comingBack).url()).searchParams.get('code') ?? '', verifier };
}

function formOf(request: Request): Record<string, string> {
  assert.equal((request.headers()['content-type'] ?? '').split(';')[0], 'application/x-www-form-urlencoded');
  return Object.fromEntries(new URLSearchParams(request.postData() ?? ''));
}

function words(scope: unknown): string[] {
  return String(scope).split(' ').toSorted();
}

/** The next answer of an address, read on its way to the page, which leaves as soon as it knows of a refusal. */
function refusalAt(page: Page, url: string): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    void page.route(
      url,
      async (route) => {
        try {
          const response = await route.fetch();
          const body: unknown = await response.json();
          await route.fulfill({ response });
          resolve({ status: response.status(), body });
        } catch (fault) {
          reject(fault instanceof Error ? fault : new Error(String(fault)));
        }
      },
      { times: 1 },
    );
  });
}
