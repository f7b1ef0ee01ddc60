import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openIssuer } from '@ostiary/http/fixture';

/** Every cookie that a sign-in, its account page and a sign-out set, without its value. */
async function cookiesOf(issuer: string): Promise<string[]> {
  const opened = await openIssuer({ settings: { issuer, isDevelopment: false } });
  const lines: string[] = [];
  const browser = opened.browser(async (path, init) => {
    const response = await opened.request(path, init);
    lines.push(...response.headers.getSetCookie());
    return response;
  });
  const page = await browser.open('/sign-in');
  await browser.submit(page, { username: 'ada@example.com', password: 'ada-demo-password' });
  await browser.submit(await browser.open('/end-session'), { decision: 'sign_out' });
  await opened.close();
  return lines.map((line) => line.replace(/^([^=]+)=[^;]+/, '$1=VALUE'));
}

describe('cookies', () => {
  it('over https', async () => {
    assert.deepEqual(await cookiesOf('https://id.example'), [
      '__Host-ostiary-device=VALUE; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure',
      '__Host-ostiary-session=VALUE; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure',
      '__Host-ostiary-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    ]);
  });

  it('over http on this machine, with the port in the name', async () => {
    assert.deepEqual(await cookiesOf('http://localhost:4000'), [
      'ostiary-device-4000=VALUE; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax',
      'ostiary-session-4000=VALUE; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax',
      'ostiary-session-4000=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    ]);
  });
});
