import { granted, refused, type Decision } from '../decision.ts';
import { redirectHost } from '../redirect-uri.ts';
import type { Reason } from '../refusal.ts';
import { widenedConsent } from './consent.ts';
import {
  decideAuthorization,
  grantAuthorization,
  type AuthorizationGrant,
  type AuthorizationQuestion,
} from './decide.ts';

/**
 * The user's answer on the consent page. "Allow" records the consent and makes the answer in one commit; "deny" uses up the
 * page. Nothing but the ticket decides what is granted: the form carries no scope, client or redirect URI.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#Consent OpenID Connect Core 3.1.2.4}
 */
export function decideConsent(
  question: AuthorizationQuestion,
  answer: 'allow' | 'deny',
  nowMs: number,
): Decision<AuthorizationGrant> {
  const { signIn, request, consent, interaction } = question;
  const consumes = interaction === undefined ? [] : [{ kind: 'interaction' as const, hash: interaction.hash }];
  if (answer === 'deny') return refused({ reason: 'consent_denied' }, { consumes });
  const unmet = unmetBeforeConsent(question, nowMs);
  if (unmet !== undefined) return refused({ reason: unmet });
  if (signIn?.user === undefined || signIn.device === undefined) return refused({ reason: 'login_required' });
  const { session, user, device } = signIn;
  const redirectHosts = [redirectHost(request.redirectUri)];
  const widened = widenedConsent(consent, request, user.id, { redirectHosts, nowMs });
  const { plan, grant } = grantAuthorization(question, { session, user, device }, widened.version, nowMs);
  return granted(grant, {
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

/** The form can be posted without the pages before it: a sign-in or a choice that was asked for must have happened. */
function unmetBeforeConsent(question: AuthorizationQuestion, nowMs: number): Reason | undefined {
  const outcome = decideAuthorization(question, nowMs);
  switch (outcome.kind) {
    case 'granted':
    case 'ask_consent':
      return undefined;
    case 'sign_in':
      return 'login_required';
    case 'choose_account':
      return 'account_selection_required';
    case 'refused':
      return outcome.refusal.reason;
  }
}
