import { decode } from '@ostiary/session';
import type { JwtClaims, SessionRecord } from '@ostiary/session';
import type { SessionSettings } from '../settings.ts';

/** One signed-in user in one browser. Times are milliseconds since 1970. */
export interface WebSession {
  /** Its tokens. An empty access token: the sign-in brought none. */
  record: SessionRecord;
  createdAtMs: number;
  usedAtMs: number;
  /** What the app added in `afterCallback`. */
  data: Record<string, unknown>;
  /** Hash of the refresh token before this one: whoever puts that back is late. */
  previous?: string | undefined;
  /** Who renews now, and until when nobody else does. Kept in stores alone. */
  lease?: { holder: string; untilMs: number } | undefined;
  /** The provider is not asked before. */
  quietUntilMs?: number | undefined;
}

/** When the session ends if it is not used again. */
export function endOf({ createdAtMs, usedAtMs }: WebSession, { absoluteMs, rollingMs }: SessionSettings): number {
  return Math.min(createdAtMs + absoluteMs, usedAtMs + rollingMs);
}

/** What the ID token says about the user and the sign-in; it was checked when it came. */
export function claimsOf({ record }: WebSession): JwtClaims & { sub?: string } {
  return decode(record.tokens.idToken ?? '') ?? {};
}

type Packed = [
  version: 1,
  id: string,
  generation: number,
  accessToken: string,
  tokenType: string,
  scope: string | null,
  idToken: string | null,
  refreshToken: string | null,
  obtainedAtMs: number,
  expiresAtMs: number | null,
  refreshExpiresAtMs: number | null,
  sessionExpiresAtMs: number | null,
  createdAtMs: number,
  previous: string | null,
  data: Record<string, unknown>,
];

/** A session as short as it can be said: every byte of it goes with every request. */
export function packed({ record, createdAtMs, previous, data }: WebSession): unknown {
  const { id, generation, tokens } = record;
  return [
    1,
    id,
    generation,
    tokens.accessToken,
    tokens.tokenType,
    tokens.scope ?? null,
    tokens.idToken ?? null,
    tokens.refreshToken ?? null,
    tokens.obtainedAtMs,
    tokens.expiresAtMs ?? null,
    tokens.refreshExpiresAtMs ?? null,
    tokens.sessionExpiresAtMs ?? null,
    createdAtMs,
    previous ?? null,
    data,
  ] satisfies Packed;
}

/** What `packed` made, or `undefined`. Who it comes from is known: it was sealed. */
export function unpacked(value: unknown, usedAtMs?: number): WebSession | undefined {
  if (!Array.isArray(value) || value[0] !== 1) return undefined;
  const [, id, generation, accessToken, tokenType, scope, idToken, refreshToken, obtainedAtMs, ...rest] =
    value as Packed;
  const [expiresAtMs, refreshExpiresAtMs, sessionExpiresAtMs, createdAtMs, previous, data] = rest;
  const tokens = {
    accessToken,
    tokenType,
    scope: scope ?? undefined,
    idToken: idToken ?? undefined,
    refreshToken: refreshToken ?? undefined,
    obtainedAtMs,
    expiresAtMs: expiresAtMs ?? undefined,
    refreshExpiresAtMs: refreshExpiresAtMs ?? undefined,
    sessionExpiresAtMs: sessionExpiresAtMs ?? undefined,
  };
  return {
    record: { id, generation, tokens, offsetMs: 0 },
    createdAtMs,
    usedAtMs: usedAtMs ?? Math.max(createdAtMs, obtainedAtMs),
    data,
    previous: previous ?? undefined,
  };
}
