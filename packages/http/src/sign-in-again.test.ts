import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, openIssuer, redeem, type TestIssuer } from './issuer.fixture.ts';

describe('signing in again', () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await openIssuer();
  });
  after(() => issuer.close());

  it('asks the person whom id_token_hint names for the password alone', async () => {
    const browser = issuer.browser();
    const { body } = await redeem(issuer, (await browser.authorize()).get('code') ?? '');
    const hinted = authorizeParameters({ prompt: 'login', id_token_hint: String(body['id_token']) });
    const page = await browser.open(`/authorize?${hinted.toString()}`);
    assert.match(page.html, /<input id="username"[^>]* value="ada@example.com" readonly/);
    const next = await browser.submit(page, { username: 'ada@example.com', password: 'ada-demo-password' });
    assert.notEqual(new URL(next.leftTo ?? '').searchParams.get('code'), null);
  });

  it('leaves the choice of the person open where nobody is named', async () => {
    const browser = issuer.browser();
    await browser.authorize();
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`);
    assert.match(page.html, /<input id="username"[^>]* value="ada@example.com"/);
    assert.doesNotMatch(page.html, /readonly/);
  });
});
