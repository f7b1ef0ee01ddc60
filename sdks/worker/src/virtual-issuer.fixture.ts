import type { HandedTokens } from './handed-tokens.ts';

interface Family {
  generation: number;
  attempt: string | undefined;
  scope: string;
  usedAtMs: number;
  endCause: string | undefined;
}

/** An issuer as small as it can be: rotation on or off, the same successor for a repeated attempt, reuse that ends a family. */
export class VirtualIssuer {
  readonly issuer = 'https://id.example';
  rotates = true;
  lifetimeSeconds = 3600;
  /** A family that is not used for so long ends. */
  idleSeconds: number | undefined;
  readonly families: Family[] = [];
  readonly #clock: { nowMs: number };

  constructor(clock: { nowMs: number }) {
    this.#clock = clock;
  }

  /** A user signs in, and the web app redeems the code. */
  signIn(scope = 'read:feed read:reports'): HandedTokens {
    this.families.push({ generation: 0, attempt: undefined, scope, usedAtMs: this.#clock.nowMs, endCause: undefined });
    return this.#tokens(this.families.length - 1);
  }

  readonly serve = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const headers = { date: new Date(this.#clock.nowMs).toUTCString() };
    if (pathname === '/.well-known/openid-configuration') return Response.json(this.#metadata(), { headers });
    const form = new URLSearchParams(await request.text());
    if (request.headers.get('authorization') === null)
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    if (pathname === '/revoke') return this.#revoke(form);
    const answer = this.#refresh(form);
    return Response.json(answer, { status: 'error' in answer ? 400 : 200, headers });
  };

  #refresh(form: URLSearchParams): HandedTokens | { error: string; error_cause?: string } {
    const [index, generation] = (form.get('refresh_token') ?? '').split('.').map(Number);
    const family = this.families[index ?? -1];
    if (family === undefined) return { error: 'invalid_grant' };
    const attempt = form.get('attempt') ?? undefined;
    const idleMs = (this.idleSeconds ?? Infinity) * 1000;
    if (family.endCause === undefined && this.#clock.nowMs - family.usedAtMs >= idleMs)
      family.endCause = 'idle_expired';
    const isRepeat = generation === family.generation - 1 && attempt !== undefined && attempt === family.attempt;
    if (family.endCause === undefined && generation !== family.generation && !isRepeat)
      family.endCause = 'reuse_detected';
    if (family.endCause !== undefined) return { error: 'invalid_grant', error_cause: family.endCause };
    if (this.rotates && !isRepeat) Object.assign(family, { generation: family.generation + 1, attempt });
    family.usedAtMs = this.#clock.nowMs;
    return this.#tokens(index ?? 0);
  }

  #revoke(form: URLSearchParams): Response {
    const [index] = (form.get('token') ?? '').split('.').map(Number);
    const family = this.families[index ?? -1];
    if (family !== undefined) family.endCause ??= 'revoked_by_client';
    return new Response(null);
  }

  #tokens(index: number): HandedTokens {
    const { generation, scope } = this.families[index] ?? { generation: 0, scope: '' };
    return {
      access_token: `at-${index}-${generation}-${this.#clock.nowMs}`,
      token_type: 'Bearer',
      expires_in: this.lifetimeSeconds,
      scope,
      refresh_token: `${index}.${generation}`,
      ...(this.idleSeconds !== undefined && { refresh_token_expires_in: this.idleSeconds }),
    };
  }

  #metadata() {
    const { issuer } = this;
    return { issuer, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/revoke` };
  }
}
