import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Each nonce is given out for this long, and taken for twice as long. */
const slotMs = 150_000;

/** How long a proof with a nonce of ours may be taken, in milliseconds. */
export const nonceLifeMs = 2 * slotMs;

/**
 * Nonces that need no memory: a keyed hash of the time. Instances of an API share the secret, or each makes its own.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-9 RFC 9449 section 9}
 */
export interface ProofNonces {
  current(nowMs: number): string;
  isGood(nonce: string, nowMs: number): boolean;
}

export function proofNonces(secret: string | Uint8Array = randomBytes(32)): ProofNonces {
  const of = (slot: number) => createHmac('sha256', secret).update(`ostiary dpop nonce|${slot}`).digest('base64url');
  const slotAt = (nowMs: number) => Math.floor(nowMs / slotMs);
  return {
    current: (nowMs) => of(slotAt(nowMs)),
    isGood: (nonce, nowMs) => [0, 1].some((back) => isEqual(nonce, of(slotAt(nowMs) - back))),
  };
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
