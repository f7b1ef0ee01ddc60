import { decode, isDue, isExpired, pauseMs, tokenSetOf } from '@ostiary/session';
import type { TokenAnswer, Verdict } from '@ostiary/session';
import type { House } from '../house.ts';
import { digest } from '../sealing.ts';
import { WebError } from '../web-error.ts';
import { needed } from './browser-session.ts';
import type { BrowserSession } from './browser-session.ts';
import { claimsOf } from './web-session.ts';
import type { WebSession } from './web-session.ts';

/** So long is waited for a renewal, of one's own or of another process, before the caller is told to come later. */
const patienceMs = 15_000;
const pollMs = 40;
const longestPollMs = 400;
const triesAtOnce = 3;
/** After a failure the provider is left alone for so long, unless it said how long. */
const quietMs = 1_000;
const longestQuietMs = 60_000;
/** By so much the clocks of two machines may differ. */
const toleranceMs = 30_000;

/**
 * The session with tokens that are not `stale`, the access token that the caller found wanting. One renewal of a session runs at a
 * time: in this process by a single flight, among processes by a lease in the store.
 */
export async function renew(house: House, session: BrowserSession, stale: string): Promise<WebSession> {
  const { id } = needed(session).record;
  for (let flight = house.renewing.get(id); flight !== undefined; flight = house.renewing.get(id)) {
    const renewed = await flight.catch(async (fault: unknown) => {
      await session.read();
      throw fault;
    });
    if (renewed.record.tokens.accessToken === stale) continue;
    await session.adopt(renewed);
    return renewed;
  }
  const flight = renewNow(house, session, stale).finally(() => house.renewing.delete(id));
  house.renewing.set(id, flight);
  return flight;
}

/** What one step came to. `wait`: another process renews; `later`: trouble of the moment. */
type Step =
  | { kind: 'renewed'; session: WebSession }
  | { kind: 'again' }
  | { kind: 'wait' }
  | { kind: 'later'; reason: string; retryAfterSeconds: number | undefined };

async function renewNow(house: House, session: BrowserSession, stale: string): Promise<WebSession> {
  const { environment } = house.settings;
  const holder = environment.random(12);
  const untilMs = environment.now() + patienceMs;
  let failures = 0;
  let polls = 0;
  for (;;) {
    const step = await renewOnce(house, session, { stale, holder });
    if (step.kind === 'renewed') return step.session;
    if (step.kind === 'again') continue;
    let waitMs = Math.min(pollMs * 2 ** Math.min(polls, 8), longestPollMs);
    if (step.kind === 'later') {
      failures += 1;
      waitMs = pauseMs(failures, environment.draw(), step.retryAfterSeconds);
    } else polls += 1;
    const isLast = failures >= triesAtOnce || environment.now() + waitMs > untilMs;
    // While the access token lives there is no hurry: a later request tries again.
    if (isLast || (step.kind === 'later' && !isExpired(needed(session).record.tokens, environment.now())))
      return giveUp(house, session, { stale, holder, step });
    await environment.wait(waitMs);
  }
}

interface Try {
  stale: string;
  holder: string;
}

/** One look at the store, and one request if it is ours to send. */
async function renewOnce(house: House, session: BrowserSession, { stale, holder }: Try): Promise<Step> {
  const { settings, tokenEndpoint } = house;
  const nowMs = settings.environment.now();
  const leaseMs = settings.httpTimeoutMs + 5_000;
  const untilMs = nowMs + leaseMs;
  const isFree = ({ lease, quietUntilMs = 0 }: WebSession) =>
    lease?.holder === holder ||
    (isOver(lease?.untilMs ?? 0, nowMs, leaseMs) && isOver(quietUntilMs, nowMs, longestQuietMs));
  const isGood = ({ record: { tokens } }: WebSession) => tokens.accessToken !== stale && !isExpired(tokens, nowMs);
  const sent = await session.update((current) =>
    current === undefined || isGood(current) || !isFree(current) || current.record.tokens.refreshToken === undefined
      ? current
      : { ...current, lease: { holder, untilMs } },
  );
  if (sent === undefined) throw ended(session);
  if (isGood(sent)) return { kind: 'renewed', session: sent };
  const { refreshToken } = sent.record.tokens;
  if (refreshToken === undefined)
    throw new WebError('session_ended', 'the access token is over, and there is no refresh token');
  if (sent.lease?.holder !== holder) return quiet(sent, nowMs) ?? { kind: 'wait' };
  const { verdict, sentAtMs } = await tokenEndpoint.request({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    // Made from the token, so that whoever repeats the renewal names it alike: another process, one that comes after a crash.
    attempt: settings.sealer.derive('attempt', refreshToken),
  });
  if (verdict.kind === 'tryLater')
    return { kind: 'later', reason: verdict.reason, retryAfterSeconds: verdict.retryAfterSeconds };
  if (verdict.kind !== 'tokens') return refused(house, session, sent, verdict);
  const renewed = await session.update((current) => settled(current, sent, { answer: verdict.answer, sentAtMs }));
  if (renewed === undefined) throw ended(session);
  settings.tell({ kind: 'renewed', sub: claimsOf(renewed).sub });
  return { kind: 'renewed', session: renewed };
}

/** What lasts longer than anything may was noted by a machine whose clock is wrong. */
function isOver(untilMs: number, nowMs: number, longestMs: number): boolean {
  return untilMs <= nowMs || untilMs > nowMs + longestMs + toleranceMs;
}

function quiet({ quietUntilMs = 0 }: WebSession, nowMs: number): Step | undefined {
  if (isOver(quietUntilMs, nowMs, longestQuietMs)) return undefined;
  return { kind: 'later', reason: 'serverBusy', retryAfterSeconds: Math.ceil((quietUntilMs - nowMs) / 1000) };
}

/**
 * What is to stand after an answer. Whoever signed out or in meanwhile is not overwritten, nor is what another process stored
 * after our lease ran out.
 */
function settled(
  current: WebSession | undefined,
  sent: WebSession,
  { answer, sentAtMs }: { answer: TokenAnswer; sentAtMs: number },
): WebSession | undefined {
  if (
    current === undefined ||
    current.record.generation !== sent.record.generation ||
    current.record.id !== sent.record.id
  )
    return current;
  const before = current.record.tokens;
  const received = tokenSetOf(answer, before, sentAtMs);
  // An ID token about somebody else is not taken (OpenID Connect Core 1.0, section 12.2).
  const isSame = decode(received.idToken ?? '')?.sub === claimsOf(current).sub;
  const tokens = isSame ? received : { ...received, idToken: before.idToken };
  const isRotated = before.refreshToken !== undefined && tokens.refreshToken !== before.refreshToken;
  return {
    ...current,
    record: { ...current.record, generation: current.record.generation + 1, tokens },
    previous: isRotated ? superseded(before.refreshToken ?? '') : current.previous,
    lease: undefined,
    quietUntilMs: undefined,
  };
}

/** How a session remembers the refresh token before its own. */
export function superseded(refreshToken: string): string {
  return digest(refreshToken).slice(0, 22);
}

/** The provider said no. Only `invalid_grant` ends the session, and only if its token is still the one that was sent. */
async function refused(
  { settings }: House,
  session: BrowserSession,
  sent: WebSession,
  verdict: Exclude<Verdict, { kind: 'tokens' | 'tryLater' }>,
): Promise<Step> {
  const { kind, error } = verdict;
  if (kind !== 'ended') {
    await session.update((current) => current && { ...current, lease: undefined });
    if (kind === 'misconfigured')
      settings.tell({ kind: 'misconfigured', message: `token endpoint: ${error.code} ${error.description ?? ''}` });
    if (!isExpired(sent.record.tokens, settings.environment.now())) return { kind: 'renewed', session: sent };
    throw new WebError(kind === 'interaction' ? 'interaction_required' : kind, error.description ?? error.code, {
      error: error.code,
    });
  }
  let wasLeft = false;
  const left = await session.update((current) => {
    wasLeft = current === undefined;
    return current?.record.tokens.refreshToken === sent.record.tokens.refreshToken ? undefined : current;
  });
  if (left !== undefined) return { kind: 'again' };
  if (!wasLeft) settings.tell({ kind: 'sessionEnded', sub: claimsOf(sent).sub, cause: 'grantEnded', error });
  throw new WebError('session_ended', error.description ?? 'the provider ended the session', { error: error.code });
}

function ended(session: BrowserSession): WebError {
  return session.hadOne()
    ? new WebError('session_ended', 'the session has ended: sign in again')
    : new WebError('sign_in_required', 'nobody is signed in');
}

/** Trouble of the moment: the old access token goes on while it lives, and nobody is signed out. */
async function giveUp(
  { settings }: House,
  session: BrowserSession,
  { stale, holder, step }: Try & { step: Step },
): Promise<WebSession> {
  const nowMs = settings.environment.now();
  const seconds = step.kind === 'later' ? step.retryAfterSeconds : undefined;
  const quietUntilMs = nowMs + Math.min(seconds === undefined ? quietMs : seconds * 1000, longestQuietMs);
  const left = await session.update((current) =>
    current?.lease?.holder === holder ? { ...current, lease: undefined, quietUntilMs } : current,
  );
  if (left === undefined) throw ended(session);
  const reason = step.kind === 'later' ? step.reason : 'another process renews';
  settings.tell({ kind: 'renewalFailed', reason, sub: claimsOf(left).sub });
  const { tokens } = left.record;
  if (!isExpired(tokens, nowMs) || tokens.accessToken !== stale) return left;
  throw new WebError('try_later', 'the provider does not answer now', {
    retryAfterSeconds: Math.max(1, Math.ceil((quietUntilMs - nowMs) / 1000)),
  });
}

/**
 * Whether the session's access token should be renewed before it is used: within a tenth of its life before the end, a minute at
 * most. Requests come when users come, so the moment is nobody's to predict; and a stolen refresh token needs the client's secret.
 */
export function isRenewalDue({ record: { tokens } }: WebSession, nowMs: number): boolean {
  return tokens.refreshToken !== undefined && isDue(tokens, nowMs);
}
