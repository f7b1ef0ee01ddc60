import type { VirtualBrowser } from './virtual-browser.fixture.ts';

interface Family {
  id: string;
  sub: string;
  generation: number;
  attempt: string | undefined;
  isEnded: boolean;
  bornAtMs: number;
  usedAtMs: number;
}

/** A provider as small as it can be: codes, rotation, the same successor for a repeated attempt, and reuse that ends a family. */
export class VirtualProvider {
  readonly issuer = 'https://id.example';
  /** Who is signed in at the provider, if anybody. */
  sub: string | undefined = 'ada';
  lifetimeSeconds = 3600;
  /** A family that is not used for so long ends. */
  refreshSeconds: number | undefined;
  /** A family of this age ends. */
  sessionSeconds: number | undefined;
  givesRefreshTokens = true;
  /** The clock that answers are dated by. */
  clock!: Pick<VirtualBrowser, 'nowMs'>;
  readonly families: Family[] = [];
  readonly #codes = new Map<string, { nonce: string | undefined; sub: string }>();

  /** What the browser is sent back with after following `url`. */
  authorize(url: string): string {
    const asked = new URL(url).searchParams;
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('state', asked.get('state') ?? '');
    if (this.sub === undefined) {
      back.searchParams.set('error', 'login_required');
      return back.href;
    }
    const code = `code-${this.#codes.size}`;
    this.#codes.set(code, { nonce: asked.get('nonce') ?? undefined, sub: this.sub });
    back.searchParams.set('code', code);
    return back.href;
  }

  readonly serve = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === '/.well-known/openid-configuration') return this.#json(this.#metadata());
    const form = new URLSearchParams(await request.text());
    if (pathname === '/token') return this.#token(form);
    if (pathname === '/revoke') this.#revoke(form.get('token') ?? '');
    return this.#json({});
  };

  #token(form: URLSearchParams): Response {
    if (form.get('grant_type') === 'authorization_code') {
      const code = this.#codes.get(form.get('code') ?? '');
      this.#codes.delete(form.get('code') ?? '');
      if (code === undefined) return this.#json({ error: 'invalid_grant' }, 400);
      const family = {
        id: `f${this.families.length}`,
        sub: code.sub,
        generation: 0,
        attempt: undefined,
        isEnded: false,
        bornAtMs: this.clock.nowMs,
        usedAtMs: this.clock.nowMs,
      };
      this.families.push(family);
      return this.#tokens(family, code.nonce);
    }
    const [id, generation] = (form.get('refresh_token') ?? '').split('.');
    const family = this.families.find((each) => each.id === id);
    if (family === undefined || family.isEnded || this.#left(family) <= 0)
      return this.#json({ error: 'invalid_grant' }, 400);
    const attempt = form.get('attempt') ?? undefined;
    const isRepeat =
      Number(generation) === family.generation - 1 && attempt !== undefined && attempt === family.attempt;
    if (Number(generation) !== family.generation && !isRepeat) {
      family.isEnded = true;
      return this.#json({ error: 'invalid_grant', error_description: 'reuse' }, 400);
    }
    if (!isRepeat) {
      family.generation += 1;
      family.attempt = attempt;
    }
    family.usedAtMs = this.clock.nowMs;
    return this.#tokens(family);
  }

  #tokens(family: Family, nonce?: string): Response {
    const seconds = Math.floor(this.clock.nowMs / 1000);
    const claims = {
      iss: this.issuer,
      aud: 'spa',
      sub: family.sub,
      sid: `s-${family.sub}`,
      nonce,
      iat: seconds,
      exp: seconds + 3600,
    };
    return this.#json({
      access_token: `at-${family.id}-${family.generation}-${this.clock.nowMs}`,
      token_type: 'Bearer',
      expires_in: this.lifetimeSeconds,
      id_token: `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`,
      ...(this.givesRefreshTokens && { refresh_token: `${family.id}.${family.generation}` }),
      ...(this.#left(family) < Infinity && { refresh_token_expires_in: this.#left(family) }),
      ...(this.sessionSeconds !== undefined && { authorization_expires_in: this.#leftInAll(family) }),
    });
  }

  /** Seconds until the family ends if it is not used. */
  #left(family: Family): number {
    const idle = (this.refreshSeconds ?? Infinity) - Math.floor((this.clock.nowMs - family.usedAtMs) / 1000);
    return Math.min(idle, this.#leftInAll(family));
  }

  /** Seconds until the family ends however much it is used. */
  #leftInAll(family: Family): number {
    return (this.sessionSeconds ?? Infinity) - Math.floor((this.clock.nowMs - family.bornAtMs) / 1000);
  }

  #revoke(token: string): void {
    const family = this.families.find(({ id }) => id === token.split('.')[0]);
    if (family) family.isEnded = true;
  }

  #metadata() {
    const { issuer } = this;
    const at = (path: string) => `${issuer}/${path}`;
    return {
      issuer,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      end_session_endpoint: at('end-session'),
    };
  }

  #json(body: unknown, status = 200): Response {
    const date = new Date(this.clock.nowMs).toUTCString();
    return new Response(JSON.stringify(body), { status, headers: { date, 'content-type': 'application/json' } });
  }
}
