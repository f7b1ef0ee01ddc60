import { createHash } from 'node:crypto';
import type { Fact, Told, TokenFact } from '../browser/exchange-log.ts';

/** What happened to the tokens of each sign-in, for the timeline. Kept in memory, and no token is in it. */
export interface Stories {
  /** The tokens as a request found them in the session, or as it left them there. */
  sawTokens(sid: string, atMs: number, tokens: SeenTokens): void;
  happened(sid: string, atMs: number, fact: Fact): void;
  of(sid: string): readonly Told[];
}

export interface SeenTokens {
  accessToken: string;
  expiresAtMs: number | undefined;
  refreshToken: string | undefined;
  /** Whether this request renewed them. */
  isRenewed: boolean;
}

const mostStories = 100;
const longestStory = 80;

export function createStories(): Stories {
  const stories = new Map<string, Told[]>();
  const lastTokens = new Map<string, TokenFact>();
  const add = (sid: string, atMs: number, fact: Fact) => {
    const story = stories.get(sid) ?? [];
    const number = (story.at(-1)?.number ?? 0) + 1;
    stories.delete(sid);
    stories.set(sid, [...story, { number, atMs, fact }].slice(-longestStory));
    forgetOldest(stories, lastTokens);
  };
  return {
    sawTokens(sid, atMs, seen) {
      const before = lastTokens.get(sid);
      const tokens = tokenFact(seen, before);
      if (before?.accessFingerprint === tokens.accessFingerprint) return;
      lastTokens.set(sid, tokens);
      const isRenewal = before !== undefined && seen.isRenewed;
      add(sid, atMs, isRenewal ? { kind: 'renewed', tokens, repeats: false } : { kind: 'signed-in', tokens });
    },
    happened: add,
    of: (sid) => stories.get(sid) ?? [],
  };
}

function forgetOldest(stories: Map<string, Told[]>, lastTokens: Map<string, TokenFact>): void {
  const [oldest] = stories.keys();
  if (stories.size <= mostStories || oldest === undefined) return;
  stories.delete(oldest);
  lastTokens.delete(oldest);
}

function tokenFact({ accessToken, expiresAtMs, refreshToken, isRenewed }: SeenTokens, before?: TokenFact): TokenFact {
  const refreshFingerprint = refreshToken === undefined ? undefined : fingerprint(refreshToken);
  const isSame = before?.refreshFingerprint === refreshFingerprint;
  return {
    accessFingerprint: fingerprint(accessToken),
    accessExpiresAtMs: expiresAtMs,
    refreshFingerprint,
    refreshExpiresAtMs: undefined,
    generation: !isRenewed || before === undefined ? 0 : before.generation + (isSame ? 0 : 1),
  };
}

/** Eight characters that tell two tokens apart without giving either away. */
export function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 8);
}
