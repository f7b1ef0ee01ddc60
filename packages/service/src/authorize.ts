import type { AuthorizationRequest, Interaction } from '@ostiary/model';
import {
  decideAuthorization,
  decideConsent,
  draft,
  granted,
  refused,
  wireWords,
  type AuthorizationGrant,
  type AuthorizationOutcome,
  type AuthorizationQuestion,
  type Decision,
  type Refusal,
  type ReturnAddress,
} from '@ostiary/protocol';
import { readAuthorizationRequest } from './authorization-request.ts';
import { findSession, type Browser } from './browser.ts';
import { digest } from './digest.ts';
import { mintIdToken } from './mint.ts';
import { findInteraction, findTicket, isInProgress, newInteraction, type InProgress } from './interaction.ts';
import type { Service } from './service.ts';
import { carryOut, settle } from './settle.ts';

/** Pages a person may be led to on the way to a code. */
export type AuthorizationPage = 'sign_in' | 'choose_account' | 'consent' | 'resume';

/** Where an authorization request leads. */
export type AuthorizationResult =
  | { kind: 'return'; address: ReturnAddress; parameters: Record<string, string> }
  | { kind: 'page'; page: AuthorizationPage; ticket: string }
  | { kind: 'error_page'; refusal: Refusal };

/**
 * The authorization endpoint.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 */
export async function beginAuthorization(
  service: Service,
  pairs: Iterable<[string, string]>,
  browser: Browser,
): Promise<AuthorizationResult> {
  const read = await readAuthorizationRequest(service, pairs, browser);
  return read.ok ? proceed(service, read.request, undefined, browser) : turnedDown(service, read, browser);
}

/**
 * Keeps a valid request that came without the browser's cookies (a POST from another site), to be resumed by a GET that
 * brings them. Nothing is decided about the person before.
 */
export async function deferAuthorization(
  service: Service,
  pairs: Iterable<[string, string]>,
  browser: Browser,
): Promise<AuthorizationResult> {
  const read = await readAuthorizationRequest(service, pairs, browser);
  if (!read.ok) return turnedDown(service, read, browser);
  const ticket = service.draw.secret();
  const row = newInteraction(service, read.request, ticket, browser);
  const kept = await carryOut(service, draft({ inserts: [{ kind: 'interaction', row }] }), browser.correlationId);
  if (kept.ok) return { kind: 'page', page: 'resume', ticket };
  return turnedDown(service, { refusal: kept.refusal, address: read.request }, browser);
}

/**
 * Goes on with a request after a page: signed in, chosen, or simply reloaded. In another browser than the one that began it,
 * or when the page led to its answer already, the request starts anew, as if its link had been followed again.
 */
export async function resumeAuthorization(
  service: Service,
  ticket: string,
  browser: Browser,
): Promise<AuthorizationResult> {
  const interaction = await findTicket(service, ticket);
  if (interaction === undefined) return { kind: 'error_page', refusal: { reason: 'interaction_required' } };
  const inProgress = isInProgress(interaction, browser) ? { interaction, ticket } : undefined;
  return proceed(service, interaction.request, inProgress, browser);
}

/** The user's answer on the consent page. An answer sent twice leads on, not into an error. */
export async function answerConsent(
  service: Service,
  ticket: string,
  answer: 'allow' | 'deny',
  browser: Browser,
): Promise<AuthorizationResult> {
  const interaction = await findInteraction(service, ticket, browser);
  if (interaction === undefined) return resumeAuthorization(service, ticket, browser);
  const code = service.draw.secret();
  const settled = await settle(service, browser, async (run) => {
    if (run > 0 && (await isOver(service, ticket, browser))) return refused({ reason: 'interaction_required' });
    const question = await loadQuestion(service, interaction.request, interaction, code, browser);
    return question === undefined
      ? refused({ reason: 'client_disabled' })
      : decideConsent(question, answer, service.clock.now());
  });
  if (settled.ok) return succeeded(service, interaction.request, settled.value, code);
  switch (settled.refusal.reason) {
    case 'interaction_required':
      return resumeAuthorization(service, ticket, browser);
    case 'login_required':
      // The sign-in ended while the page was open: sign in again, and the page comes back.
      return { kind: 'page', page: 'sign_in', ticket };
    default:
      return turnedDown(service, { refusal: settled.refusal, address: interaction.request }, browser);
  }
}

/** The user turned back on the sign-in page. */
export async function cancelAuthorization(
  service: Service,
  ticket: string,
  browser: Browser,
): Promise<AuthorizationResult> {
  const interaction = await findInteraction(service, ticket, browser);
  if (interaction === undefined) return { kind: 'error_page', refusal: { reason: 'interaction_required' } };
  await carryOut(
    service,
    draft({ consumes: [{ kind: 'interaction', hash: interaction.hash }] }),
    browser.correlationId,
  );
  const refusal: Refusal = { reason: 'sign_in_cancelled' };
  return turnedDown(service, { refusal, address: interaction.request }, browser);
}

/** The user goes on with the account that is signed in. */
export async function chooseAccount(service: Service, ticket: string, browser: Browser): Promise<AuthorizationResult> {
  const interaction = await findInteraction(service, ticket, browser);
  const signIn = await findSession(service, browser);
  if (interaction !== undefined && signIn !== undefined) {
    const { hash } = interaction;
    const touches = [{ kind: 'interaction' as const, hash, chosenSessionId: signIn.session.id }];
    await carryOut(service, draft({ touches }), browser.correlationId);
  }
  return resumeAuthorization(service, ticket, browser);
}

/** Shared phases of every way to a code: load facts, decide, commit. */
async function proceed(
  service: Service,
  request: AuthorizationRequest,
  inProgress: InProgress | undefined,
  browser: Browser,
): Promise<AuthorizationResult> {
  const code = service.draw.secret();
  const ticket = inProgress?.ticket ?? service.draw.secret();
  const settled = await settle(service, browser, async (run): Promise<Decision<AuthorizationOutcome>> => {
    if (run > 0 && inProgress !== undefined && (await isOver(service, ticket, browser))) {
      return refused({ reason: 'interaction_required' });
    }
    const question = await loadQuestion(service, request, inProgress?.interaction, code, browser);
    if (question === undefined) return refused({ reason: 'client_disabled' });
    const outcome = decideAuthorization(question, service.clock.now());
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    if (outcome.kind === 'granted') return granted(outcome, outcome.plan);
    if (inProgress !== undefined) return granted(outcome);
    const row = newInteraction(service, request, ticket, browser);
    return granted(outcome, { inserts: [{ kind: 'interaction', row }] });
  });
  if (settled.ok) return reached(service, request, settled.value, { code, ticket }, browser);
  if (settled.refusal.reason === 'interaction_required' && inProgress !== undefined) {
    return proceed(service, request, undefined, browser);
  }
  return turnedDown(service, { refusal: settled.refusal, address: request }, browser);
}

/** Another request used the page up in the meantime. */
async function isOver(service: Service, ticket: string, browser: Browser): Promise<boolean> {
  return (await findInteraction(service, ticket, browser)) === undefined;
}

/** The code, and the ID token: minted now that what it says is committed. */
async function succeeded(
  service: Service,
  request: AuthorizationRequest,
  { subject, code: row, idToken }: AuthorizationGrant,
  code: string,
): Promise<AuthorizationResult> {
  const sent: Record<string, string> = row === undefined ? {} : { code };
  if (idToken === undefined) return answered(service, request, sent);
  const about = { clientId: request.clientId, subject, idToken };
  return answered(service, request, {
    ...sent,
    id_token: await mintIdToken(service, about, sent, service.clock.now()),
  });
}

function reached(
  service: Service,
  request: AuthorizationRequest,
  outcome: AuthorizationOutcome,
  { code, ticket }: { code: string; ticket: string },
  browser: Browser,
): AuthorizationResult | Promise<AuthorizationResult> {
  switch (outcome.kind) {
    case 'granted':
      return succeeded(service, request, outcome.grant, code);
    case 'sign_in':
      return { kind: 'page', page: 'sign_in', ticket };
    case 'choose_account':
      return { kind: 'page', page: 'choose_account', ticket };
    case 'ask_consent':
      return { kind: 'page', page: 'consent', ticket };
    case 'refused':
      return turnedDown(service, { refusal: outcome.refusal, address: request }, browser);
  }
}

async function loadQuestion(
  service: Service,
  request: AuthorizationRequest,
  interaction: Interaction | undefined,
  code: string,
  browser: Browser,
): Promise<AuthorizationQuestion | undefined> {
  const { store, settings, clients } = service;
  const client = clients.get(request.clientId)?.metadata;
  const [clientState, signIn] = await Promise.all([
    store.clients.find(request.clientId),
    findSession(service, browser),
  ]);
  if (client === undefined || clientState === undefined) return undefined;
  const consent = signIn && (await store.consents.find(signIn.session.userId, request.clientId));
  return {
    request,
    client,
    clientState,
    signIn,
    consent,
    interaction,
    sessionPolicy: settings.session,
    trustsLoopback: settings.isDevelopment,
    codeHash: digest(code),
  };
}

/** An answer to the client; `iss` tells it who answered. @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207} */
function answered(service: Service, address: ReturnAddress, answer: Record<string, string>): AuthorizationResult {
  const { state } = address;
  const parameters = { ...answer, ...(state !== undefined && { state }), iss: service.settings.issuer };
  return { kind: 'return', address, parameters };
}

/** Troubles of this server, and of a client that is not served any more, are for the person to see. */
const neverReturned = new Set<Refusal['reason']>(['storage_unavailable', 'contended', 'client_disabled']);

/** An error goes to the client where its address is good, and to the person otherwise. */
function turnedDown(
  service: Service,
  { refusal, address }: { refusal: Refusal; address?: ReturnAddress },
  { correlationId }: Browser,
): AuthorizationResult {
  const { reason, parameter } = refusal;
  service.log.info('authorization_refused', { reason, parameter, correlationId });
  if (address === undefined || neverReturned.has(reason)) return { kind: 'error_page', refusal };
  service.meter.refused(reason);
  const { error, description } = wireWords(refusal);
  return answered(service, address, { error, error_description: description });
}
