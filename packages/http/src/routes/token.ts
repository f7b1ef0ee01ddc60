import { answerTokenRequest, endpoints, type Parameters, type Refusal, type TokenRequest } from '@ostiary/service';
import type { Hono } from 'hono';
import { jsonAnswer, oauthErrorAnswer } from '../answers.ts';
import { readClientCall } from '../client-call.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { provenKey } from '../proof.ts';

/**
 * The token endpoint.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 section 3.2}
 */
export function tokenRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.post('/token', async (c) => {
    const read = await readClientCall(c, context);
    if (!read.ok) return oauthErrorAnswer(c, read.refusal);
    const isNonceNeeded = context.service.settings.dpopNonce !== 'optional';
    const proof = provenKey(c, context, { path: endpoints.token, isNonceNeeded });
    if (!proof.ok) return oauthErrorAnswer(c, proof.refusal);
    const request = parseTokenRequest(read.call.parameters);
    if (!request.ok) return oauthErrorAnswer(c, request.refusal);
    const answer = await answerTokenRequest(context.service, request.value, { ...read.call, proven: proof.key });
    return answer.ok ? jsonAnswer(c, answer.value) : oauthErrorAnswer(c, answer.refusal);
  });
}

type Parsed = { ok: true; value: TokenRequest } | { ok: false; refusal: Refusal };

const attemptPattern = /^[A-Za-z0-9_-]{22,128}$/;
const verifierPattern = /^[A-Za-z0-9._~-]{43,128}$/;

/** Parses the form once into a typed request; parameters that a grant does not use are ignored (`scope` with a code, say). */
function parseTokenRequest({ single, resources }: Parameters): Parsed {
  const scope = single.get('scope');
  const attempt = single.get('attempt');
  if (attempt !== undefined && !attemptPattern.test(attempt)) return flaw('parameter_malformed', 'attempt');
  switch (single.get('grant_type')) {
    case undefined:
      return flaw('parameter_missing', 'grant_type');
    case 'refresh_token': {
      const refreshToken = single.get('refresh_token');
      if (refreshToken === undefined) return flaw('parameter_missing', 'refresh_token');
      return { ok: true, value: { grantType: 'refresh_token', refreshToken, scope, resources, attempt } };
    }
    case 'authorization_code':
      return parseCodeRequest(single, resources, attempt);
    case 'client_credentials':
      return { ok: true, value: { grantType: 'client_credentials', scope, resources } };
    default:
      return flaw('grant_type_unsupported');
  }
}

function parseCodeRequest(
  single: Parameters['single'],
  resources: readonly string[],
  attempt: string | undefined,
): Parsed {
  const code = single.get('code');
  const codeVerifier = single.get('code_verifier');
  if (code === undefined) return flaw('parameter_missing', 'code');
  // RFC 7636 section 4.1: 43 to 128 unreserved characters.
  if (codeVerifier !== undefined && !verifierPattern.test(codeVerifier))
    return flaw('parameter_malformed', 'code_verifier');
  const redirectUri = single.get('redirect_uri');
  return { ok: true, value: { grantType: 'authorization_code', code, redirectUri, codeVerifier, resources, attempt } };
}

function flaw(reason: Refusal['reason'], parameter?: string): Parsed {
  return { ok: false, refusal: { reason, parameter } };
}
