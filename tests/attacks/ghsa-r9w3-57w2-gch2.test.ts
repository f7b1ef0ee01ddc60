import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { authorizeParameters, basic, postToken } from '@ostiary/http/fixture';
import { openHouse, renew, revoke, spa, tokensFor, tokensIn, userinfo } from '../security/house.fixture.ts';

const house = await openHouse();
after(() => house.close());

const payloads = [
  "' or '1'='1",
  "'; drop table families; --",
  '" or ""="',
  "') union select * from users --",
  "\\' or 1=1 --",
  "ada@example.com'--",
  '1; pragma writable_schema=1',
  "x' and (select count(*) from sqlite_master)>0 --",
  '%27%20or%201=1',
  '\0',
];

it('GHSA-r9w3-57w2-gch2, CVE-2026-33505 (Hydra, Keto): no value becomes SQL', async () => {
  const tokens = await tokensFor(house);
  for (const payload of payloads) {
    const query = new URLSearchParams({ ticket: payload }).toString();
    for (const path of ['/sign-in', '/consent', '/authorize/resume']) await house.browser().open(`${path}?${query}`);
    await house.browser().open(`/authorize?${authorizeParameters({ client_id: payload }).toString()}`);
    for (const name of ['code', 'refresh_token', 'client_id', 'scope', 'resource', 'attempt']) {
      const fields = {
        grant_type: name === 'refresh_token' ? name : 'authorization_code',
        client_id: spa.id,
        code: 'x',
        [name]: payload,
      };
      assert.ok((await postToken(house, fields)).status < 500);
    }
    assert.ok((await postToken(house, { grant_type: 'client_credentials' }, basic(payload, payload))).status < 500);
    const headers = {
      cookie: `ostiary-session-4000=${encodeURIComponent(payload)}; ostiary-device-4000=${encodeURIComponent(payload)}`,
      'user-agent': payload.replace('\0', ''),
    };
    assert.equal((await house.request('/account', { headers })).headers.get('location'), '/sign-in');
    const browser = house.browser();
    const page = await browser.open('/sign-in');
    const answer = await browser.submit(page, { username: payload, password: payload });
    assert.equal(answer.status, 400);
    assert.equal((await revoke(house, payload)).status, 200);
  }
  assert.equal((await userinfo(house, tokens.access_token)).status, 200);
  tokensIn(await renew(house, spa, tokens.refresh_token));
});
