import type { AuthorizationCode, Consent, Device, Session, UserState } from '@ostiary/model';
import type { ClientMetadata } from '@ostiary/wire';
import { notYetAllowed, widenedConsent } from '../authorize/consent.ts';
import { issueCode, type CodeGround } from '../authorize/decide.ts';
import { granted, refused, type Decision } from '../decision.ts';

/** A sign-in that was just made through an app of the house, and what the app asks for. */
export interface DirectQuestion extends CodeGround {
  client: ClientMetadata;
  user: UserState;
  session: Session;
  device: Device;
  consent?: Consent;
  /** Nobody typed anything: what was withdrawn is not given anew by that. */
  isUserAbsent?: boolean;
}

/**
 * The code of a direct sign-in. There is no consent page: the operator says that the app is the house's own, and whoever types
 * a password into it means it. What that allows is recorded like any consent, so that the user sees it and can take it back.
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-04#section-9.1 draft-ietf-oauth-first-party-apps-04 section 9.1}
 */
export function decideDirectAuthorization(question: DirectQuestion, nowMs: number): Decision<AuthorizationCode> {
  const { client, clientState, request, user, session, device, consent } = question;
  if (clientState.isDisabled) return refused({ reason: 'client_disabled' });
  if (question.isUserAbsent === true && consent?.withdrawnAtMs !== undefined)
    return refused({ reason: 'consent_required' });
  const missing = notYetAllowed(request, consent);
  const isAllowed =
    consent !== undefined &&
    consent.withdrawnAtMs === undefined &&
    missing.scopes.length + Object.keys(missing.apis).length === 0;
  const version = consent?.version ?? 0;
  const { plan, code } = issueCode(question, { session, user, device }, version, nowMs);
  if (isAllowed) return granted(code, plan);
  const who = { userId: user.id, clientId: client.client_id, deviceId: device.id, sessionId: session.id };
  const row = widenedConsent(consent, request, user.id, { redirectHosts: [], nowMs });
  return granted(code, {
    ...plan,
    inserts: [{ kind: 'consent', row }, ...plan.inserts],
    events: [{ kind: 'consent_given', ...who }],
  });
}
