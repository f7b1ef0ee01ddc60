import type { Refusal } from './refusal.ts';

/**
 * Request parameters after the rules that hold for all of them: none repeated (`resource` and its alias `audience` may be),
 * none empty, none oversized.
 */
export interface Parameters {
  single: ReadonlyMap<string, string>;
  resources: readonly string[];
}

const maxParameters = 100;
const maxValueLength = 8192;
const repeatable = new Set(['resource', 'audience']);

/**
 * Reads form or query pairs. An empty value counts as left out; unknown names are kept and ignored by whoever reads.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 */
export function readParameters(
  pairs: Iterable<[string, string]>,
): { ok: true; value: Parameters } | { ok: false; refusal: Refusal; value: Parameters } {
  const single = new Map<string, string>();
  const resources: string[] = [];
  let refusal: Refusal | undefined;
  let count = 0;
  for (const [name, value] of pairs) {
    count += 1;
    if (count > maxParameters) {
      refusal ??= { reason: 'parameter_too_long', parameter: 'the request' };
      break;
    }
    if (value === '') continue;
    if (value.length > maxValueLength) {
      refusal ??= { reason: 'parameter_too_long', parameter: knownName(name) };
    } else if (repeatable.has(name)) {
      resources.push(value);
    } else if (single.has(name)) {
      // RFC 6749 section 3.1: parameters MUST NOT be included more than once.
      refusal ??= { reason: 'parameter_repeated', parameter: knownName(name) };
    } else {
      single.set(name, value);
    }
  }
  const value = { single, resources };
  return refusal === undefined ? { ok: true, value } : { ok: false, refusal, value };
}

/** A parameter name that is safe to repeat in an error: names outside the usual alphabet are not echoed. */
function knownName(name: string): string {
  return /^[a-z_]{1,40}$/.test(name) ? name : 'a parameter';
}
