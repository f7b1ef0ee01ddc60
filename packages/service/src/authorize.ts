import type { AuthorizationRequest, Interaction } from '@ostiary/model';
import {
  decideAuthorization,
  decideConsent,
  draft,
  granted,
  matchRedirectUri,
  parseAuthorizationRequest,
  readParameters,
  refused,
  returnAddress,
  wireWords,
  type AuthorizationOutcome,
  type AuthorizationQuestion,
  type Decision,
  type Hint,
  type Refusal,
  type ReturnAddress,
} from '@ostiary/protocol';
import type { ClientMetadata, UserId } from '@ostiary/wire';
import { browserHash, findSession, type Browser } from './browser.ts';
import { digest } from './digest.ts';
import { verifyOwnToken } from './own-token.ts';
import type { Service } from './service.ts';
import { carryOut, settle } from './settle.ts';

/** Pages a person may be led to on the way to a code. */
export type AuthorizationPage = 'sign_in' | 'choose_account' | 'consent' | 'resume';

/** Where an authorization request leads. */
export type AuthorizationResult =
  | { kind: 'return'; address: ReturnAddress; parameters: Record<string, string> }
  | { kind: 'page'; page: AuthorizationPage; ticket: string }
  | { kind: 'error_page'; refusal: Refusal };

const interactionSeconds = 3600;

/**
 * The authorization endpoint. Until client and redirect URI are known to be good, errors are shown and never redirected.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 */
export async function beginAuthorization(
  service: Service,
  pairs: Iterable<[string, string]>,
  browser: Browser,
): Promise<AuthorizationResult> {
  const read = await readRequest(service, pairs, browser);
  return read.ok ? proceed(service, read.request, undefined, browser) : read.result;
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
  const read = await readRequest(service, pairs, browser);
  if (!read.ok) return read.result;
  const ticket = service.draw.secret();
  const row = newInteraction(service, read.request, ticket, browser);
  const kept = await carryOut(service, draft({ inserts: [{ kind: 'interaction', row }] }), browser.correlationId);
  return kept.ok ? { kind: 'page', page: 'resume', ticket } : returned(service, read.request, kept.refusal, browser);
}

/**
 * Goes on with a request after a page: signed in, chosen, or simply reloaded. In another browser than the one that began it
 * the request starts anew with a ticket of its own, as if its link had been followed there.
 */
export async function resumeAuthorization(
  service: Service,
  ticket: string,
  browser: Browser,
): Promise<AuthorizationResult> {
  const interaction = await findTicket(service, ticket);
  if (interaction === undefined) return { kind: 'error_page', refusal: { reason: 'interaction_required' } };
  const inProgress = isOfBrowser(interaction, browser) ? { interaction, ticket } : undefined;
  return proceed(service, interaction.request, inProgress, browser);
}

type ReadRequest = { ok: true; request: AuthorizationRequest } | { ok: false; result: AuthorizationResult };

async function readRequest(
  service: Service,
  pairs: Iterable<[string, string]>,
  browser: Browser,
): Promise<ReadRequest> {
  const show = (refusal: Refusal): ReadRequest => ({ ok: false, result: shown(service, refusal, browser) });
  const read = readParameters(pairs);
  const { single } = read.value;
  const isAddressDoubtful =
    !read.ok && (read.refusal.parameter === 'client_id' || read.refusal.parameter === 'redirect_uri');
  if (isAddressDoubtful) return show(read.refusal);
  const clientId = single.get('client_id');
  if (clientId === undefined) return show({ reason: 'parameter_missing', parameter: 'client_id' });
  const client = service.clients.get(clientId)?.metadata;
  if (client === undefined) return show({ reason: 'client_unknown' });
  const redirect = matchRedirectUri(single.get('redirect_uri'), client);
  if (!redirect.ok) return show(redirect.refusal);

  const address = returnAddress(read.value, redirect.value);
  if (!read.ok) return { ok: false, result: returned(service, address, read.refusal, browser) };
  const hint = await readHint(service, single.get('id_token_hint'));
  const context = { client, redirectUri: redirect.value, catalogue: service.catalogue, ...(hint && { hint }) };
  const parsed = parseAuthorizationRequest(read.value, context);
  if (!parsed.ok) return { ok: false, result: returned(service, address, parsed.refusal, browser) };
  noteIgnoredScopes(service, parsed.ignoredScopes.length, clientId, browser);
  return { ok: true, request: parsed.value };
}

function noteIgnoredScopes({ log }: Service, count: number, client: string, { correlationId }: Browser): void {
  if (count > 0) log.info('scopes_ignored', { client, count, correlationId });
}

/** The page in progress behind a ticket: only in the browser that began it, and while it lasts. */
export async function findInteraction(
  service: Service,
  ticket: string,
  browser: Browser,
): Promise<Interaction | undefined> {
  const interaction = await findTicket(service, ticket);
  return interaction !== undefined && isOfBrowser(interaction, browser) ? interaction : undefined;
}

async function findTicket({ store, clock }: Service, ticket: string): Promise<Interaction | undefined> {
  const interaction = await store.interactions.find(digest(ticket));
  return interaction === undefined || interaction.expiresAtMs <= clock.now() ? undefined : interaction;
}

function isOfBrowser(interaction: Interaction, { deviceCookie }: Browser): boolean {
  return deviceCookie !== undefined && browserHash(deviceCookie) === interaction.browserHash;
}

/** The user's answer on the consent page. */
export async function answerConsent(
  service: Service,
  ticket: string,
  answer: 'allow' | 'deny',
  browser: Browser,
): Promise<AuthorizationResult> {
  const interaction = await findInteraction(service, ticket, browser);
  if (interaction === undefined) return { kind: 'error_page', refusal: { reason: 'interaction_required' } };
  const code = service.draw.secret();
  const settled = await settle(service, browser, async () => {
    const question = await loadQuestion(service, interaction.request, interaction, code, browser);
    return question === undefined
      ? refused({ reason: 'client_disabled' })
      : decideConsent(question, answer, service.clock.now());
  });
  if (settled.ok) return answered(service, interaction.request, { code });
  // The sign-in ended while the page was open: sign in again, and the page comes back.
  if (settled.refusal.reason === 'login_required') return { kind: 'page', page: 'sign_in', ticket };
  return returned(service, interaction.request, settled.refusal, browser);
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
  return returned(service, interaction.request, { reason: 'sign_in_cancelled' }, browser);
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

interface InProgress {
  interaction: Interaction;
  ticket: string;
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
  const settled = await settle(service, browser, async (): Promise<Decision<AuthorizationOutcome>> => {
    const question = await loadQuestion(service, request, inProgress?.interaction, code, browser);
    if (question === undefined) return refused({ reason: 'client_disabled' });
    const outcome = decideAuthorization(question, service.clock.now());
    if (outcome.kind === 'refused') return refused(outcome.refusal);
    if (outcome.kind === 'code') return granted(outcome, outcome.plan);
    if (inProgress !== undefined) return granted(outcome);
    return granted(outcome, {
      inserts: [{ kind: 'interaction', row: newInteraction(service, request, ticket, browser) }],
    });
  });
  if (!settled.ok) return returned(service, request, settled.refusal, browser);
  switch (settled.value.kind) {
    case 'code':
      return answered(service, request, { code });
    case 'sign_in':
      return { kind: 'page', page: 'sign_in', ticket };
    case 'choose_account':
      return { kind: 'page', page: 'choose_account', ticket };
    case 'ask_consent':
      return { kind: 'page', page: 'consent', ticket };
    case 'refused':
      return returned(service, request, settled.value.refusal, browser);
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

function newInteraction(
  { clock }: Service,
  request: AuthorizationRequest,
  ticket: string,
  browser: Browser,
): Interaction {
  const createdAtMs = clock.now();
  return {
    hash: digest(ticket),
    browserHash: browserHash(browser.deviceCookie ?? ''),
    request,
    createdAtMs,
    expiresAtMs: createdAtMs + interactionSeconds * 1000,
  };
}

/** An `id_token_hint` may have expired; it must be ours (OpenID Connect Core 3.1.2.1). */
async function readHint(service: Service, hint: string | undefined): Promise<Hint | undefined> {
  if (hint === undefined) return undefined;
  const claims = await verifyOwnToken(service, hint, 'JWT');
  const sub = claims?.['sub'];
  return typeof sub === 'string' ? { isOurs: true, sub: sub as UserId } : { isOurs: false };
}

/** An answer to the client; `iss` tells it who answered. @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207} */
function answered(service: Service, address: ReturnAddress, answer: Record<string, string>): AuthorizationResult {
  const { state } = address;
  return {
    kind: 'return',
    address,
    parameters: { ...answer, ...(state !== undefined && { state }), iss: service.settings.issuer },
  };
}

/** Troubles of this server, and of a client that is not served any more, are for the person to see. */
const neverReturned = new Set<Refusal['reason']>(['storage_unavailable', 'contended', 'client_disabled']);

function returned(service: Service, address: ReturnAddress, refusal: Refusal, browser: Browser): AuthorizationResult {
  service.log.info('authorization_refused', {
    reason: refusal.reason,
    parameter: refusal.parameter,
    correlationId: browser.correlationId,
  });
  if (neverReturned.has(refusal.reason)) return { kind: 'error_page', refusal };
  const { error, description } = wireWords(refusal);
  return answered(service, address, { error, error_description: description });
}

function shown(service: Service, refusal: Refusal, browser: Browser): AuthorizationResult {
  service.log.info('authorization_refused', {
    reason: refusal.reason,
    parameter: refusal.parameter,
    correlationId: browser.correlationId,
  });
  return { kind: 'error_page', refusal };
}

/** The client of a page in progress. */
export function clientOf(service: Service, interaction: Interaction): ClientMetadata | undefined {
  return service.clients.get(interaction.request.clientId)?.metadata;
}
