import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { challenge, TestBrowser } from '@ostiary/http/fixture';
import { makeWorkplace } from './workplace.ts';

describe('an https issuer behind a proxy that speaks http to it, as docs/operating.md says', () => {
  const workplace = makeWorkplace();
  after(() => workplace.remove());
  const password = 'correct horse battery';
  const key = Buffer.alloc(32, 7).toString('base64');

  for (const base of ['', '/id']) {
    test(`signs people in at https://example.com${base}`, async () => {
      const issuer = `https://example.com${base}`;
      const callback = 'https://app.example.com/callback';
      const file = `proxy${base.replace('/', '-')}.config.json`;
      const config = {
        issuer,
        storage: 'sqlite::memory:',
        listen: { port: 0 },
        clients: [{ client_id: 'app', type: 'spa', redirect_uris: [callback] }],
        users: [{ username: 'ada@example.com', password }],
      };
      workplace.write(file, JSON.stringify(config));
      const start = `export OSTIARY_MASTER_KEY=${key}\nostiary start --config ${file}`;
      const { code } = await workplace.typeStart(start, async (output) => {
        const [, host = '', port = ''] = /"host":"([^"]+)","port":(\d+)/.exec(output) ?? [];
        assert.equal(host, '127.0.0.1');
        const cookies: string[] = [];
        const browser = new TestBrowser(async (path, init) => {
          const { pathname, search } = new URL(path, 'https://example.com');
          const below = path.startsWith('http') || path.startsWith(base) ? pathname : base + pathname;
          const answer = await fetch(`http://${host}:${port}${below}${search}`, { redirect: 'manual', ...init });
          cookies.push(...answer.headers.getSetCookie());
          return answer;
        }, 'https://example.com');
        const request = new URLSearchParams({
          client_id: 'app',
          response_type: 'code',
          redirect_uri: callback,
          scope: 'openid',
          code_challenge: challenge,
          code_challenge_method: 'S256',
        });
        const signInPage = await browser.open(`${base}/authorize?${request}`);
        const consentPage = await browser.submit(signInPage, { username: 'ada@example.com', password });
        const { leftTo = '' } = await browser.submit(consentPage, { decision: 'allow' });
        const answer = new URL(leftTo).searchParams;
        assert.ok(answer.has('code'), leftTo);
        assert.equal(answer.get('iss'), issuer);
        assert.ok(
          cookies.length > 0 && cookies.every((cookie) => /^__Host-.*; Secure/.test(cookie)),
          cookies.join('\n'),
        );
        for (const path of [
          `${base}/.well-known/openid-configuration`,
          `/.well-known/oauth-authorization-server${base}`,
        ]) {
          const metadata = (await (await fetch(`http://${host}:${port}${path}`)).json()) as { issuer: string };
          assert.equal(metadata.issuer, issuer, path);
        }
      });
      assert.equal(code, 0);
    });
  }

  for (const [trustedProxies, whose, taken] of [
    [['127.0.0.1'], 'of its own', 30],
    [[], 'with all others', 0],
  ] as const) {
    test(`gives each client a limit ${whose} when ${trustedProxies.join() || 'nobody'} is trusted`, async () => {
      const file = `limits-${trustedProxies.length}.config.json`;
      const config = {
        issuer: 'https://example.com',
        storage: 'sqlite::memory:',
        listen: { port: 0 },
        trustedProxies,
        clients: [{ client_id: 'job', type: 'service', client_secret: 'a-secret-of-the-service' }],
      };
      workplace.write(file, JSON.stringify(config));
      const start = `export OSTIARY_MASTER_KEY=${key}\nostiary start --config ${file}`;
      await workplace.typeStart(start, async (output) => {
        const [, host = '', port = ''] = /"host":"([^"]+)","port":(\d+)/.exec(output) ?? [];
        assert.equal(await guessesTaken(`http://${host}:${port}`, '198.51.100.1'), 30);
        assert.equal(await guessesTaken(`http://${host}:${port}`, '198.51.100.2'), taken);
      });
    });
  }
});

/** How many of 31 wrong guesses at a client secret, said to come from this address, are not limited. */
async function guessesTaken(server: string, address: string): Promise<number> {
  const authorization = `Basic ${Buffer.from('job:a-wrong-secret').toString('base64')}`;
  let taken = 0;
  for (let index = 0; index < 31; index += 1) {
    const headers = { authorization, 'x-forwarded-for': `203.0.113.7, ${address}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const { status } = await fetch(`${server}/token`, { method: 'POST', body, headers });
    if (status === 401) taken += 1;
  }
  return taken;
}
