import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { openHouse } from '../security/house.fixture.ts';

const house = await openHouse({ settings: { issuer: 'https://login.example', isDevelopment: false } });
after(() => house.close());

it('GHSA-mq4x-r2w3-j7mr (ZITADEL): sub-domains and plain http can neither read nor set the cookies', async () => {
  const browser = house.browser();
  const page = await browser.open('/sign-in');
  const lines = page.headers.getSetCookie();
  const body = new URLSearchParams({ ...page.hidden, username: 'ada@example.com', password: 'ada-demo-password' });
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
  lines.push(
    ...(await house.request('/sign-in', { method: 'POST', body, headers: { cookie } })).headers.getSetCookie(),
  );
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.match(line, /^__Host-/);
    assert.match(line, /; Secure/);
    assert.match(line, /; HttpOnly/);
    assert.match(line, /; Path=\/;/);
    assert.match(line, /; SameSite=Lax/);
    assert.doesNotMatch(line, /Domain=/i);
  }
  const session = lines.find((line) => line.includes('session'))?.split(';', 1)[0] ?? '';
  const asSet = await house.request('/account', { headers: { cookie: session } });
  assert.equal(asSet.status, 200);
  const planted = await house.request('/account', { headers: { cookie: session.replace('__Host-', '') } });
  assert.equal(planted.headers.get('location'), '/sign-in', 'a name without the prefix counts for nothing');
});
