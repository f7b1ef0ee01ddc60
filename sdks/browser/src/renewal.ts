import { afterEnd, isExpired, pauseMs, sessionEnd, settled, withAttempt } from '@ostiary/session';
import type { DegradedReason, EndReason, ServerError, SessionRecord, Verdict } from '@ostiary/session';
import type { Parts } from './parts.ts';
import type { Failed, Outcome } from './outcome.ts';
import { faultOf, SessionError } from './session-error.ts';
import { passing } from './tabs.ts';
import { requestTokens } from './token-endpoint.ts';

const triesAtOnce = 3;
const longestPauseMs = 5_000;
/** A server that is busy is not asked again before, whoever calls: as long as it said, a minute at most. */
const quietSeconds = 1;
const longestQuietSeconds = 60;
/** So long is waited for what other tabs know. */
const askMs = 100;

export interface Renewal {
  /**
   * The session with tokens that are not `stale`, the access token that the caller found wanting. One renewal runs at a
   * time, for all callers of this page and, as far as can be had, of all tabs.
   */
  renew(stale: string | undefined): Promise<SessionRecord>;
}

export function openRenewal(parts: Parts): Renewal {
  let running: Promise<SessionRecord> | undefined;
  let failures = 0;
  let quietUntilMs = 0;
  const renewNow = async (stale: string | undefined) => {
    if (parts.time.now() < quietUntilMs) throw faultOf('try_later', undefined, quietUntilMs);
    const untilFailures = failures + triesAtOnce;
    for (;;) {
      const step = await renewOnce(parts, stale);
      if (step.kind === 'again') continue;
      if (step.kind === 'record') {
        failures = 0;
        return step.record;
      }
      failures += 1;
      const { reason, retryAfterSeconds } = step;
      const pause = pauseMs(failures, parts.environment.draw(), retryAfterSeconds);
      if (failures >= untilFailures || pause > longestPauseMs || !parts.environment.isOnline()) {
        const quiet = Math.min(retryAfterSeconds ?? quietSeconds, longestQuietSeconds);
        if (reason !== 'offline') quietUntilMs = parts.time.now() + quiet * 1000;
        return degrade(parts, reason, parts.time.now() + pause);
      }
      await passing(parts.environment, pause);
    }
  };
  return {
    renew(stale) {
      running ??= parts.tabs.alone(() => renewNow(stale)).finally(() => (running = undefined));
      return running;
    },
  };
}

type Step = Exclude<Outcome, Failed> | (Verdict & { kind: 'tryLater' });

async function renewOnce(parts: Parts, stale: string | undefined): Promise<Step> {
  const { session, time } = parts;
  // Another tab may have been first, or the user may have signed out.
  const record = await session.read();
  if (!record && !mayReturn(parts)) throw faultOf('sign_in_required', undefined);
  if (record !== undefined && record.tokens.accessToken !== stale && !isExpired(record.tokens, time.now()))
    return { kind: 'record', record };
  session.happened({ kind: 'renewalBegan' });
  const outcome = await (
    record?.tokens.refreshToken === undefined ? renewedSilently(parts, record) : refreshed(parts, record)
  ).catch(unlessLater);
  if (outcome.kind === 'record') session.happened({ kind: record === undefined ? 'signedIn' : 'renewed' });
  if (outcome.kind !== 'failed') return outcome;
  return outcome.verdict.kind === 'tryLater' ? outcome.verdict : give(parts, outcome.verdict, record);
}

/** The provider's metadata could not be had now. */
function unlessLater(fault: unknown): Outcome {
  if (fault instanceof SessionError && fault.code === 'try_later')
    return { kind: 'failed', verdict: { kind: 'tryLater', reason: 'serverBusy' } };
  throw fault;
}

/** A page that was loaded anew with its tokens in memory may still be signed in at the provider. */
function mayReturn({ silently, session }: Parts): boolean {
  const state = session.state();
  return silently !== undefined && state.kind === 'signedOut' && state.reason === 'neverSignedIn';
}

async function renewedSilently(parts: Parts, record: SessionRecord | undefined): Promise<Outcome> {
  const outcome = await parts.silently?.(record);
  // Without a refresh token and a way to ask.
  const error = { code: 'interaction_required' };
  return outcome ?? { kind: 'failed', verdict: { kind: 'interaction', error } };
}

/** One refresh. The attempt is stored before it is sent, and the token is read in the step that sends it. */
async function refreshed(parts: Parts, seen: SessionRecord): Promise<Outcome> {
  const { session, time, tabs, options, environment } = parts;
  const { token_endpoint } = await parts.provider();
  const isCopied = options.storage === 'session';
  if (isCopied) {
    // The browser copies session storage into duplicated tabs. One that was frozen, or restored, has an old copy.
    let askedAtMs: number;
    do {
      askedAtMs = time.now();
      tabs.tell({ kind: 'asked', id: seen.id });
      await passing(environment, askMs);
      // Who was frozen meanwhile has not read the answers yet.
    } while (time.now() - askedAtMs > 50 * askMs);
    if ((session.seen()?.generation ?? 0) > seen.generation) return { kind: 'again' };
  }
  const name = environment.random(24);
  const sent = await session.update((current) => current && withAttempt(current, name));
  if (sent === undefined || sent.id !== seen.id || sent.tokens.refreshToken === undefined) return { kind: 'again' };
  // A copy knows the attempt as well, should this tab die before its answer.
  if (isCopied) tabs.tell({ kind: 'renewed', record: sent });
  const { verdict, sentAtMs } = await requestTokens(parts, token_endpoint, {
    grant_type: 'refresh_token',
    client_id: options.clientId,
    refresh_token: sent.tokens.refreshToken,
    attempt: sent.attempt ?? name,
  });
  if (verdict.kind === 'tokens') {
    const received = { answer: verdict.answer, sentAtMs, offsetMs: time.offsetMs(), draw: parts.environment.draw() };
    const record = await session.update((current) => settled(current, sent, received));
    if (record?.id !== sent.id) return { kind: 'again' };
    tabs.tell({ kind: 'renewed', record });
    return { kind: 'record', record };
  }
  if (verdict.kind !== 'ended') return { kind: 'failed', verdict };
  let wasLeft = false;
  const left = await session.update((current) => {
    wasLeft = current === undefined;
    return afterEnd(current, sent);
  });
  return left === undefined && !wasLeft ? { kind: 'failed', verdict } : { kind: 'again' };
}

/** What is no trouble of the moment. */
async function give(
  parts: Parts,
  verdict: Exclude<Verdict, { kind: 'tokens' | 'tryLater' }>,
  record: SessionRecord | undefined,
): Promise<never> {
  const { kind, error } = verdict;
  const nowMs = parts.time.now();
  const isOverNow = record === undefined || isExpired(record.tokens, nowMs);
  if (kind === 'ended') {
    const end = record && sessionEnd(record.tokens);
    const isTimeOver = end !== undefined && end.endsAtMs <= nowMs;
    return endSession(parts, record, { code: isTimeOver ? 'expired' : 'grantEnded', error });
  }
  if (isOverNow && error.code === 'login_required') return endSession(parts, record, { code: 'signInRequired', error });
  const isUserNeeded = kind === 'interaction';
  const againAtMs = isUserNeeded && !isOverNow ? record.tokens.expiresAtMs : undefined;
  return degrade(parts, isUserNeeded ? 'interactionNeeded' : kind, againAtMs ?? Infinity, error);
}

/** The session is over, here and in all tabs that share it. */
async function endSession(
  { session, tabs }: Parts,
  record: SessionRecord | undefined,
  reason: EndReason,
): Promise<never> {
  await session.update((current) => (current?.id === record?.id ? undefined : current));
  session.happened({ kind: 'ended', reason });
  if (record) tabs.tell({ kind: 'ended', id: record.id, reason });
  throw faultOf('sign_in_required', reason.error);
}

function degrade({ session }: Parts, reason: DegradedReason, retryAtMs: number, error?: ServerError): never {
  session.happened({ kind: 'renewalFailed', reason, retryAtMs });
  const code =
    reason === 'interactionNeeded' ? 'interaction_required' : reason === 'misconfigured' ? reason : 'try_later';
  throw faultOf(code, error, retryAtMs);
}
