import { basicHeader, type ApiCredentials } from './basic.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Environment } from './environment.ts';
import { fetchJson } from './fetch-json.ts';
import type { MetadataResult } from './issuer/metadata.ts';
import { judgeClaims, type AccessTokenClaims } from './jwt/claims.ts';
import type { Policy } from './policy.ts';
import type { Refusal } from './refusal.ts';
import { Remembered, tokenKey } from './remembered.ts';

export interface IntrospectionTask {
  environment: Environment;
  metadata: () => Promise<MetadataResult>;
  policy: Policy;
  credentials: ApiCredentials;
  timeoutMs: number;
  /** How long an answer is believed, in milliseconds. */
  cacheMs: number;
  /** How long the answer that a token is not active is believed. */
  inactiveCacheMs: number;
}

/** What the issuer says about a token. */
export type Introspected = { ok: true; claims: AccessTokenClaims } | { ok: false; refusal: Refusal };

interface Cached {
  answer: Introspected;
  /** By the monotonic clock. */
  untilMs: number;
}

const maxBytes = 65_536;
const mostCached = 10_000;

/**
 * Asks the issuer about tokens. Answers are believed for a short time, and never beyond the token's own end; whoever asks about a
 * token that is being asked about waits for the same answer.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2}
 */
export class Introspector {
  readonly #task: IntrospectionTask;
  readonly #cached = new Remembered<Cached>(mostCached);
  readonly #asking = new Map<string, Promise<Introspected>>();
  #trouble: string | undefined;

  constructor(task: IntrospectionTask) {
    this.#task = task;
  }

  async introspect(token: string): Promise<Introspected> {
    const { environment } = this.#task;
    const id = tokenKey(token);
    const cached = this.#cached.get(id);
    const isGood = cached !== undefined && environment.monotonicMs() < cached.untilMs;
    return this.#judged(isGood ? cached.answer : await this.#ask(token, id));
  }

  state(): { cached: number; trouble: string | undefined } {
    return { cached: this.#cached.size, trouble: this.#trouble };
  }

  /** An answer of before is measured by the time of now. */
  async #judged(answer: Introspected): Promise<Introspected> {
    if (!answer.ok) return answer;
    const about = await this.#task.metadata();
    if (!about.ok) return unavailable;
    // An opaque token has no `typ`, and need not have a `jti`: the issuer spoke for it.
    const policy = { ...this.#task.policy, isStrict: false };
    const refusal = judgeClaims(answer.claims, about.value.issuer, policy, this.#task.environment.now());
    return refusal === undefined ? answer : { ok: false, refusal };
  }

  #ask(token: string, id: string): Promise<Introspected> {
    const asked = this.#asking.get(id);
    if (asked !== undefined) return asked;
    const asking = this.#askOnce(token).then((answer) => {
      this.#asking.delete(id);
      this.#keep(id, answer);
      return answer;
    });
    this.#asking.set(id, asking);
    return asking;
  }

  #keep(id: string, answer: Introspected): void {
    if (!answer.ok && answer.refusal.reason !== 'inactive') return;
    const { environment, cacheMs, inactiveCacheMs } = this.#task;
    const untilMs = environment.monotonicMs() + (answer.ok ? cacheMs : inactiveCacheMs);
    this.#cached.set(id, { answer, untilMs });
  }

  async #askOnce(token: string): Promise<Introspected> {
    const { environment, metadata, credentials, timeoutMs } = this.#task;
    const about = await metadata();
    const url = about.ok ? about.value.introspectionEndpoint : undefined;
    if (!about.ok || url === undefined) return this.#failed(about.ok ? 'the issuer has no introspection' : about.why);
    const init = {
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: basicHeader(credentials) },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    };
    const fetched = await fetchJson(environment, url, init, { timeoutMs, maxBytes });
    if (!fetched.ok) return this.#failed(fetched.why);
    const { active, ...claims } = fetched.value;
    if (typeof active !== 'boolean') return this.#failed(`${url} does not say whether the token is active`);
    this.#trouble = undefined;
    // A refresh token is no access token, however active it is.
    if (!active || claims['token_type'] === 'refresh_token') return { ok: false, refusal: { reason: 'inactive' } };
    // `iss` may be left out, since it is the issuer who speaks (RFC 7662 section 2.2); `judgeClaims` looks at the others.
    return { ok: true, claims: deepFreeze({ iss: about.value.issuer, ...claims } as AccessTokenClaims) };
  }

  #failed(why: string): Introspected {
    this.#trouble = why;
    return unavailable;
  }
}

const unavailable: Introspected = {
  ok: false,
  refusal: { reason: 'introspection_unavailable', retryAfterSeconds: 2 },
};
