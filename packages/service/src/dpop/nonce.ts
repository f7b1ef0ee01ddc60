import { hmac } from '../digest.ts';
import type { Service } from '../service.ts';

const windowMs = 300_000;

/**
 * The nonce of now: computed, stored nowhere, the same on all nodes. It changes every five minutes.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-8 RFC 9449 section 8}
 */
export function currentProofNonce(service: Service): string {
  return nonceOf(service, windowAt(service));
}

/**
 * Until when a proof with this nonce is acceptable, in milliseconds since 1970; `undefined` when it is not. The nonce before is
 * good too, and so is the next one, which another node may give out already.
 */
export function proofNonceEndsAtMs(service: Service, nonce: string): number | undefined {
  const now = windowAt(service);
  const made = [now, now - 1, now + 1].find((window) => nonceOf(service, window) === nonce);
  return made === undefined ? undefined : (made + 2) * windowMs;
}

function windowAt({ clock }: Service): number {
  return Math.floor(clock.now() / windowMs);
}

/** 128 bits of an HMAC: nobody can tell the next one. */
function nonceOf({ keyring }: Service, window: number): string {
  return hmac(keyring.cookieKey(), 'dpop-nonce', String(window)).slice(0, 22);
}
