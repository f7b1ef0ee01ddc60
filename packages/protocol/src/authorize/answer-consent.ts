import { refused, type Decision, granted } from '../decision.ts';
import type { AuthorizationCode } from '@ostiary/model';
import { widenedConsent } from './consent.ts';
import { issueCode, type AuthorizationQuestion } from './decide.ts';
import { isStanding } from './session.ts';

/**
 * The user's answer on the consent page. "Allow" records the consent and makes the code in one commit; "deny" uses up the
 * page. Nothing but the ticket decides what is granted: the form carries no scope, client or redirect URI.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#Consent OpenID Connect Core 3.1.2.4}
 */
export function decideConsent(
  question: AuthorizationQuestion,
  answer: 'allow' | 'deny',
  nowMs: number,
): Decision<AuthorizationCode> {
  const { signIn, request, consent, interaction } = question;
  const consumes = interaction === undefined ? [] : [{ kind: 'interaction' as const, hash: interaction.hash }];
  if (answer === 'deny') return refused({ reason: 'consent_denied' }, { consumes });
  if (signIn?.user === undefined || signIn.device === undefined) return refused({ reason: 'login_required' });
  if (!isStanding(signIn, question.sessionPolicy, nowMs)) return refused({ reason: 'login_required' });
  const { session, user, device } = signIn;
  const widened = widenedConsent(consent, request, user.id, nowMs);
  const outcome = issueCode(question, { session, user, device }, widened.version, nowMs);
  if (outcome.kind !== 'code') return refused({ reason: 'interaction_required' });
  const { plan, code } = outcome;
  return granted(code, {
    ...plan,
    inserts: [{ kind: 'consent', row: widened }, ...plan.inserts],
    events: [
      {
        kind: 'consent_given',
        userId: user.id,
        clientId: request.clientId,
        deviceId: device.id,
        sessionId: session.id,
      },
    ],
  });
}
