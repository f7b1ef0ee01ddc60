import { readTrustedRange } from '../../address-range.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

/** Whoever is trusted says who a client is, so the limits by address are worth nothing if everybody is (CVE-2026-76835). */
export function checkTrustedProxies(trustedProxies: readonly string[]): Problem[] {
  return trustedProxies.flatMap((text, index) => {
    const read = readTrustedRange(text);
    return read.ok ? [] : [error(`trustedProxies[${index}]`, read.message)];
  });
}
