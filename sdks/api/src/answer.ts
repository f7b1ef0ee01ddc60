import { wireWordsOf, type Refusal, type RefusalReason } from './refusal.ts';

/** How an API speaks of itself in its challenges. */
export interface ChallengeSettings {
  realm: string;
  /** Address of the metadata of the protected resource ([RFC 9728, section 5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)). */
  resourceMetadata?: string | undefined;
  /** Algorithms of proofs that are taken; none where DPoP is switched off. */
  proofAlgs: readonly string[];
  isBindingRequired: boolean;
}

/** A refusal as it goes out: status, headers and a body by [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457). */
export interface RefusedAnswer {
  status: 400 | 401 | 403 | 503;
  headers: Record<string, string>;
  body: Problem;
}

/** `application/problem+json`, with the members of OAuth beside those of RFC 9457. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  /** The precise reason: stable, for programs. */
  reason: RefusalReason;
  error?: string;
  error_description?: string;
}

const titles = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 503: 'Service Unavailable' } as const;

/**
 * Makes of a refusal what goes out.
 *
 * @param isProved whether the token came with the scheme DPoP: then that challenge says what is wrong
 */
export function answerOf(refusal: Refusal, settings: ChallengeSettings, isProved = false): RefusedAnswer {
  const { status, error, description } = wireWordsOf(refusal);
  const { retryAfterSeconds } = refusal;
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(status !== 503 && { 'WWW-Authenticate': challengesOf(refusal, settings, isProved) }),
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(Math.ceil(retryAfterSeconds)) }),
    },
    body: {
      type: 'about:blank',
      title: titles[status],
      status,
      detail: description,
      reason: refusal.reason,
      ...(error !== undefined && { error, error_description: description }),
    },
  };
}

/** What the DPoP challenge tells, however the token came. */
const aboutProofs: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'bound_as_bearer',
  'binding_required',
  'proof_of_another_key',
  'proof_missing',
  'proof_repeated',
  'proof_malformed',
  'proof_elsewhere',
  'proof_stale',
  'proof_replayed',
  'proof_nonce_needed',
]);

/**
 * One header for all schemes that would do. Without credentials there is no error code (RFC 6750 section 3.1).
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7.1 RFC 9449 section 7.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9470#section-3 RFC 9470 section 3}
 */
function challengesOf(
  refusal: Refusal,
  { realm, resourceMetadata, proofAlgs, isBindingRequired }: ChallengeSettings,
  isProved: boolean,
): string {
  const { error, description } = wireWordsOf(refusal);
  const { scope, acrValues, maxAgeSeconds } = refusal.needs ?? {};
  const said: Parameters = {
    error,
    error_description: error && description,
    scope,
    acr_values: acrValues,
    max_age: maxAgeSeconds?.toString(),
  };
  const own = { realm, resource_metadata: resourceMetadata };
  const takesProofs = proofAlgs.length > 0;
  const isAboutProofs = takesProofs && (isProved || isBindingRequired || aboutProofs.has(refusal.reason));
  const bearer = challenge('Bearer', { ...own, ...(!isAboutProofs && said) });
  if (!takesProofs) return bearer;
  const dpop = challenge('DPoP', {
    ...(isBindingRequired && own),
    ...(isAboutProofs && said),
    algs: proofAlgs.join(' '),
  });
  return isBindingRequired ? dpop : `${bearer}, ${dpop}`;
}

type Parameters = Record<string, string | undefined>;

function challenge(scheme: string, parameters: Parameters): string {
  const said = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${scheme} ${said.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`;
}

/** Only what may stand between quotes (RFC 6750 section 3: no quotes, no backslash, no control characters). */
function quotable(value: string): string {
  return value.replace(/"/g, "'").replace(/[^\x20-\x7e]|\\/g, '?');
}
