import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openIssuer, redeem, refresh, type TestIssuer } from './issuer.fixture.ts';

describe('the life of a token, over HTTP', () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await openIssuer();
  });
  after(() => issuer.close());

  it('is born from a sign-in, renewed, and ended by sign-out', async () => {
    const browser = issuer.browser();
    const answer = await browser.authorize();
    assert.equal(answer.get('state'), 'state-1');
    assert.equal(answer.get('iss'), 'http://localhost:4000');
    const first = await redeem(issuer, answer.get('code') ?? '');
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.equal(first.body['token_type'], 'Bearer');
    assert.equal(first.body['expires_in'], 3600);
    const second = await refresh(issuer, first.body['refresh_token']);
    assert.equal(second.status, 200, JSON.stringify(second.body));
    assert.notEqual(second.body['refresh_token'], first.body['refresh_token']);
    const page = await browser.open('/end-session');
    await browser.submit(page, { decision: 'sign_out' });
    const third = await refresh(issuer, second.body['refresh_token']);
    assert.equal(third.status, 400);
    assert.deepEqual(third.body, {
      error: 'invalid_grant',
      error_description: 'the grant has ended: signed_out',
      error_cause: 'signed_out',
    });
  });

  it('does not take a request for theft whose caller has left: it lay somewhere while its client repeated it and went on', async () => {
    const { body } = await redeem(issuer, (await issuer.browser().authorize()).get('code') ?? '');
    const spent = String(body['refresh_token']);
    const next = await refresh(issuer, spent);
    const newest = await refresh(issuer, next.body['refresh_token']);
    const form = { client_id: 'lab-spa', grant_type: 'refresh_token', refresh_token: spent };
    const present = (hasLeft: boolean) =>
      issuer.handler(
        new Request(`${issuer.service.settings.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) }),
        {
          address: '127.0.0.1',
          isTls: false,
          hasLeft: async () => hasLeft,
        },
      );
    assert.equal((await present(true)).status, 503);
    const renewed = await refresh(issuer, newest.body['refresh_token']);
    assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
    assert.equal((await present(false)).status, 400);
    assert.equal((await refresh(issuer, renewed.body['refresh_token'])).body['error_cause'], 'reuse_detected');
  });

  it('answers a repeated refresh with the same successor', async () => {
    const answer = await issuer.browser().authorize();
    const { body } = await redeem(issuer, answer.get('code') ?? '');
    const all = await Promise.all(Array.from({ length: 64 }, () => refresh(issuer, body['refresh_token'])));
    assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
    assert.equal(new Set(all.map((each) => each.body['refresh_token'])).size, 1);
  });

  it('ends its family and no other when a generation of seven rotations ago comes back', async () => {
    const browser = issuer.browser();
    const answer = await browser.authorize();
    const { body } = await redeem(issuer, answer.get('code') ?? '');
    const onSameDevice = await redeem(issuer, (await browser.authorize()).get('code') ?? '');
    const onOtherDevice = await redeem(issuer, (await issuer.browser().authorize()).get('code') ?? '');
    const ofOtherUser = await redeem(issuer, (await issuer.browser().authorize({}, 'bob')).get('code') ?? '');
    let newest = body['refresh_token'];
    for (let round = 0; round < 7; round += 1) newest = (await refresh(issuer, newest)).body['refresh_token'];
    const replayed = await refresh(issuer, body['refresh_token']);
    assert.equal(replayed.body['error_cause'], 'reuse_detected');
    assert.equal((await refresh(issuer, newest)).body['error_cause'], 'reuse_detected');
    for (const other of [onSameDevice, onOtherDevice, ofOtherUser]) {
      assert.equal((await refresh(issuer, other.body['refresh_token'])).status, 200);
    }
  });

  it('tells the time of a test clock in its answers, so that clients learn that one', async () => {
    issuer.clock.advance(3600);
    const { headers } = await issuer.request('/token', { method: 'POST' });
    assert.equal(Date.parse(headers.get('date') ?? ''), issuer.clock.now());
    const serious = await openIssuer({ settings: { isDevelopment: false } });
    assert.equal((await serious.request('/token', { method: 'POST' })).headers.get('date'), null);
    await serious.close();
  });
});
