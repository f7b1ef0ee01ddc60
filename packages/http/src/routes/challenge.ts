import { answerChallenge, endpoints, type ChallengeAnswer } from '@ostiary/service';
import type { Context, Hono } from 'hono';
import { errorBody, jsonAnswer, oauthErrorAnswer, refusalAnswer } from '../answers.ts';
import { readClientCall } from '../client-call.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { provenKey } from '../proof.ts';

/**
 * The authorization challenge endpoint, for installed apps of the house. No browser may call it: there is no CORS.
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-04#section-4.1 draft-ietf-oauth-first-party-apps-04 section 4.1}
 */
export function challengeRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.post(endpoints.authorizationChallenge, async (c) => {
    const read = await readClientCall(c, context);
    if (!read.ok) return oauthErrorAnswer(c, read.refusal);
    const isNonceNeeded = context.service.settings.dpopNonce !== 'optional';
    const proof = provenKey(c, context, { path: endpoints.authorizationChallenge, isNonceNeeded });
    if (!proof.ok) return oauthErrorAnswer(c, proof.refusal);
    const userAgent = c.req.header('user-agent') ?? '';
    return told(c, await answerChallenge(context.service, { ...read.call, proven: proof.key, userAgent }));
  });
}

function told(c: Context<Bindings>, answer: ChallengeAnswer): Response {
  if (answer.ok) return jsonAnswer(c, { authorization_code: answer.code });
  const { refusal, authSession } = answer;
  return refusalAnswer(c, refusal, { ...errorBody(refusal), ...(authSession && { auth_session: authSession }) });
}
