import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';

const REFRESH_IDLE_SECONDS = 1_209_600;
const SCOPE = 'openid offline_access eq1 read:reports';

interface Family {
  current: string;
  previous: string | undefined;
  usedAtMs: number;
  isEnded: boolean;
}

/**
 * As much of an issuer as the Lab needs to be seen working: it signs everybody in as Ada without asking,
 * answers a repeated refresh with the same successor, and has a test clock.
 */
export async function startFakeIssuer(): Promise<FakeIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const keys = await generateKeyPair('ES256');
  const fake = new FakeIssuer(url, keys.privateKey);

  const app = new Hono();
  app.use('*', cors({ origin: '*' }));
  app.get('/.well-known/openid-configuration', (context) => context.json(metadata(url)));
  app.get('/jwks', async (context) =>
    context.json({ keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', kid: 'k1' }] }),
  );
  app.get('/revocations', (context) => streamSSE(context, (stream) => fake.tellRevocations(stream)));
  app.get('/development/clock', (context) => context.json(fake.clock()));
  app.post('/development/clock', async (context) => {
    fake.advance(((await context.req.json()) as { advanceSeconds: number }).advanceSeconds);
    return context.json(fake.clock());
  });
  app.get('/authorize', (context) => context.redirect(fake.authorize(new URL(context.req.url).searchParams), 303));
  app.get('/end-session', (context) => {
    fake.endFamilies();
    return context.redirect(context.req.query('post_logout_redirect_uri') ?? '', 303);
  });
  app.post('/token', async (context) => {
    const answer = await fake.answerTokenRequest(new URLSearchParams(await context.req.text()));
    return 'error' in answer ? context.json(answer, 400) : context.json(answer);
  });

  const listener = getRequestListener(app.fetch);
  server.on('request', (request, response) => void listener(request, response));
  fake.onClose = () => {
    server.close();
    server.closeAllConnections();
  };
  return fake;
}

export class FakeIssuer {
  readonly issuer: string;
  onClose: () => void = () => {};
  /** How many read the revocation feed now. */
  readers = 0;
  onReaderLeft: () => void = () => {};
  private readonly key: CryptoKey;
  private offsetMs = 0;
  private readonly families: Family[] = [];
  private readonly codes = new Map<string, URLSearchParams>();

  constructor(issuer: string, key: CryptoKey) {
    this.issuer = issuer;
    this.key = key;
  }

  close(): void {
    this.onClose();
  }

  clock() {
    return { now: this.nowMs(), offsetMs: this.offsetMs };
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }

  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  endFamilies(): void {
    for (const family of this.families) family.isEnded = true;
  }

  sign(claims: JWTPayload, typ: string): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ }).sign(this.key);
  }

  /** A whole batch of the revocation feed with nothing in it. */
  nothingRevoked(): Promise<string> {
    const claims = { iss: this.issuer, iat: this.nowSeconds(), feed: 'feed', seq: 1, full: true, entries: [] };
    return this.sign(claims, 'revocations+jwt');
  }

  /** One batch, and then nothing more until the reader leaves. */
  async tellRevocations(stream: SSEStreamingApi): Promise<void> {
    const left = new Promise<void>((resolve) => stream.onAbort(resolve));
    this.readers += 1;
    await stream.writeSSE({ event: 'revocations', id: 'feed:1', data: await this.nothingRevoked() });
    await left;
    this.readers -= 1;
    this.onReaderLeft();
  }

  /** An access token for the Lab API, changed as a test needs it. */
  accessToken(changes: JWTPayload = {}, typ = 'at+jwt'): Promise<string> {
    const iat = this.nowSeconds();
    const claims = {
      iss: this.issuer,
      sub: 'usr_ada',
      aud: 'https://api.lab.example',
      client_id: 'lab-spa',
      scope: SCOPE,
      iat,
      exp: iat + 3600,
    };
    return this.sign({ ...claims, jti: randomBytes(12).toString('base64url'), ...changes }, typ);
  }

  /** Where the browser goes back to. */
  authorize(asked: URLSearchParams): string {
    const code = randomBytes(32).toString('base64url');
    this.codes.set(code, asked);
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: this.issuer }).toString();
    return back.href;
  }

  async answerTokenRequest(form: URLSearchParams) {
    return form.get('grant_type') === 'authorization_code' ? this.redeem(form) : this.refresh(form);
  }

  private async redeem(form: URLSearchParams) {
    const code = form.get('code') ?? '';
    const asked = this.codes.get(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked?.get('code_challenge') !== challenge) return { error: 'invalid_grant' };
    this.codes.delete(code);
    const family: Family = { current: refreshToken(), previous: undefined, usedAtMs: this.nowMs(), isEnded: false };
    this.families.push(family);
    return this.tokens(family, asked.get('nonce') ?? undefined);
  }

  private async refresh(form: URLSearchParams) {
    const presented = form.get('refresh_token');
    const family = this.families.find(({ current, previous }) => current === presented || previous === presented);
    const isIdle = this.nowMs() - (family?.usedAtMs ?? 0) >= REFRESH_IDLE_SECONDS * 1000;
    if (family === undefined || family.isEnded || isIdle) {
      return { error: 'invalid_grant', error_description: 'The refresh token has expired' };
    }
    if (family.current === presented) {
      family.previous = family.current;
      family.current = refreshToken();
      family.usedAtMs = this.nowMs();
    }
    return this.tokens(family, undefined);
  }

  private async tokens(family: Family, nonce: string | undefined) {
    return {
      access_token: await this.accessToken(),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: family.current,
      refresh_token_expires_in: REFRESH_IDLE_SECONDS,
      scope: SCOPE,
      id_token: await this.accessToken({ aud: 'lab-spa', nonce, name: 'Ada' }, 'JWT'),
    };
  }

  private nowMs(): number {
    return Date.now() + this.offsetMs;
  }
}

function metadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    end_session_endpoint: `${issuer}/end-session`,
    jwks_uri: `${issuer}/jwks`,
    revocation_feed_endpoint: `${issuer}/revocations`,
  };
}

function refreshToken(): string {
  return `ort_${randomBytes(51).toString('base64url')}`;
}
