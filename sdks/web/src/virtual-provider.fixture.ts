import { createHash } from 'node:crypto';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { Environment } from './environment.ts';

interface Family {
  sub: string;
  sid: string;
  generation: number;
  attempt: string | undefined;
  isEnded: boolean;
}

const keys = await generateKeyPair('ES256');
const jwk: JWK = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };

/** A provider as small as it can be, on a clock that stands still. Rotates, answers a repeated attempt alike, ends a family for reuse. */
export class VirtualProvider {
  readonly issuer = 'https://id.example';
  nowMs = Date.UTC(2026, 5, 1, 12);
  sub = 'ada';
  sid = 'ses-1';
  isRotating = true;
  lifetimeSeconds = 3600;
  /** More claims in ID tokens. */
  claims: JWTPayload = {};
  keys: JWK[] = [jwk];
  readonly families: Family[] = [];
  /** Every request, as `METHOD path`. */
  readonly log: string[] = [];
  /** Forms that came to the token endpoint. */
  readonly forms: URLSearchParams[] = [];
  readonly revoked: string[] = [];
  /** Takes the next answers of the token endpoint in its place; `lose` lets it work, and nobody hears it. */
  trouble: Array<'lose' | 'hang' | Response | (() => Promise<void>)> = [];
  #issued = 0;
  readonly #codes = new Map<string, { nonce: string; challenge: string; scope: string; isTaken: boolean }>();

  environment(): Partial<Environment> {
    return {
      now: () => this.nowMs,
      fetch: (url, init) => this.serve(new Request(url, init)),
      draw: () => 0.5,
      wait: async (ms) => {
        this.nowMs += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
      timeout: () => new AbortController().signal,
    };
  }

  /** Signs whatever a test wants signed. */
  sign(claims: JWTPayload, header: { alg?: string; typ?: string; kid?: string } = {}): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key-1', ...header }).sign(keys.privateKey);
  }

  idToken(claims: JWTPayload = {}): Promise<string> {
    const iat = Math.floor(this.nowMs / 1000);
    const { issuer: iss, sub, sid } = this;
    return this.sign({ iss, aud: 'web', sub, sid, iat, exp: iat + 3600, auth_time: iat, ...this.claims, ...claims });
  }

  /** What the browser brings back from `location`: parameters by the way that the request asked for. */
  async authorize(location: string): Promise<{ redirectUri: string; answer: Record<string, string>; isPost: boolean }> {
    const asked = new URL(location).searchParams;
    const get = (name: string) => asked.get(name) ?? '';
    const code = `code-${this.#codes.size}`;
    const [nonce, challenge, scope] = [get('nonce'), get('code_challenge'), get('scope')];
    this.#codes.set(code, { nonce, challenge, scope, isTaken: false });
    const types = get('response_type').split(' ');
    const hash = createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url');
    const answer = {
      state: get('state'),
      iss: this.issuer,
      ...(types.includes('code') && { code }),
      ...(types.includes('id_token') && {
        id_token: await this.idToken({ nonce, ...(types.includes('code') && { c_hash: hash }) }),
      }),
    };
    return { redirectUri: get('redirect_uri'), answer, isPost: get('response_mode') === 'form_post' };
  }

  async serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.log.push(`${request.method} ${pathname}`);
    if (pathname === '/.well-known/openid-configuration') return Response.json(this.#metadata());
    if (pathname === '/jwks') return Response.json({ keys: this.keys });
    if (pathname === '/userinfo') return Response.json({ sub: this.sub, email: 'ada@example.com' });
    const form = new URLSearchParams(await request.text());
    if (pathname === '/revoke') {
      this.revoked.push(form.get('token') ?? '');
      return new Response(null);
    }
    if (pathname !== '/token') return new Response(null, { status: 404 });
    this.forms.push(form);
    return this.#troubled(() => this.#token(form));
  }

  /** How often the token endpoint was asked to refresh. */
  refreshes(): number {
    return this.forms.filter((form) => form.get('grant_type') === 'refresh_token').length;
  }

  async #troubled(answer: () => Promise<Response>): Promise<Response> {
    const trouble = this.trouble.shift();
    if (trouble === undefined) return answer();
    if (trouble instanceof Response) return trouble;
    if (typeof trouble === 'function') {
      await trouble();
      return answer();
    }
    if (trouble === 'lose') await answer();
    throw new TypeError('fetch failed');
  }

  async #token(form: URLSearchParams): Promise<Response> {
    if (form.get('grant_type') === 'refresh_token') return this.#refresh(form);
    const code = this.#codes.get(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code === undefined || code.isTaken || code.challenge !== challenge)
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    code.isTaken = true;
    const { sub, sid } = this;
    this.families.push({ sub, sid, generation: 0, attempt: undefined, isEnded: false });
    return this.#tokens(this.families.length - 1, code.nonce, code.scope);
  }

  async #refresh(form: URLSearchParams): Promise<Response> {
    const [, index = '', generation = ''] = /^rt-(\d+)-(\d+)$/.exec(form.get('refresh_token') ?? '') ?? [];
    const family = this.families[Number(index)];
    const attempt = form.get('attempt') ?? undefined;
    if (index === '' || family === undefined || family.isEnded) return this.#invalid();
    const isRetry = Number(generation) === family.generation - 1 && attempt === family.attempt;
    if (!this.isRotating || isRetry) return this.#tokens(Number(index));
    if (Number(generation) !== family.generation) {
      family.isEnded = true;
      return this.#invalid();
    }
    Object.assign(family, { generation: family.generation + 1, attempt });
    return this.#tokens(Number(index));
  }

  #invalid(): Response {
    return Response.json({ error: 'invalid_grant', error_description: 'the session has ended' }, { status: 400 });
  }

  async #tokens(index: number, nonce?: string, scope = 'offline_access'): Promise<Response> {
    const { generation = 0 } = this.families[index] ?? {};
    this.#issued += 1;
    return Response.json({
      access_token: `at-${this.#issued}`,
      token_type: 'Bearer',
      expires_in: this.lifetimeSeconds,
      id_token: await this.idToken(nonce === undefined ? {} : { nonce }),
      ...(scope.includes('offline_access') && { refresh_token: `rt-${index}-${generation}` }),
    });
  }

  #metadata(): object {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      revocation_endpoint: `${issuer}/revoke`,
      end_session_endpoint: `${issuer}/logout`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    };
  }
}
