import { isExpired } from '@ostiary/session';
import type { SessionRecord } from '@ostiary/session';
import { adopt, askBy, unanswered } from '../ask.ts';
import type { Opener } from '../ask.ts';
import type { SilentMessenger } from '../messenger.ts';
import type { Outcome, Redeemed } from '../outcome.ts';
import type { Parts } from '../parts.ts';
import { leaveForSignIn, refusalKey } from '../sign-in.ts';

export interface SilentOptions {
  open: Opener;
  redirectUri: string | undefined;
  /** Whether cookies of the provider surely reach frames of this page, so that its `login_required` is to be believed. */
  isNear: (url: string) => boolean;
}

const leastBetweenRedirectsMs = 30_000;
/** So long a browser may take to leave the page, before it is taken for staying. */
const leavingMs = 20_000;

/** Asks with `prompt=none` in a frame, and where that cannot be answered, by leaving the page. */
export function silentMessenger({ open, redirectUri, isNear }: SilentOptions): SilentMessenger {
  const believable: Opener = async (request) => {
    const answer = await open(request);
    const isDoubtful = answer instanceof URLSearchParams && answer.get('error') === 'login_required';
    if (!isDoubtful || isNear(request.url)) return answer;
    return { code: 'frame_blocked', description: 'cookies of a provider on another site do not reach frames' };
  };
  const ask = (parts: Parts) => askBy(parts, believable, { prompt: 'none' }, redirectUri);
  return {
    ask: (parts, how) => askBy(parts, believable, { ...how, prompt: 'none' }, redirectUri),
    async renew(parts, seen) {
      const asked = await ask(parts);
      if (asked.kind === 'failed' && isReplaced(parts, seen)) return { kind: 'again' };
      if (!isBlocked(asked)) return adopt(parts, seen, asked);
      if (!isNeeded(parts, seen)) return asked;
      return refusedBefore(parts, seen) ?? goForAnswer(parts, asked);
    },
  };
}

/** Somebody signed in meanwhile: a page that came back with an answer takes it while a frame asks. */
function isReplaced({ session }: Parts, seen: SessionRecord | undefined): boolean {
  return session.seen()?.tokens.accessToken !== seen?.tokens.accessToken;
}

function isBlocked(asked: Redeemed): boolean {
  return (
    asked.kind === 'failed' && asked.verdict.kind === 'interaction' && asked.verdict.error.code === 'frame_blocked'
  );
}

/** Ahead of need the page is not left: only when the tokens are over, or were found wanting before their time. */
function isNeeded({ time }: Parts, seen: SessionRecord | undefined): boolean {
  if (seen === undefined || isExpired(seen.tokens, time.now())) return true;
  return seen.renewAtMs === undefined || time.now() < seen.renewAtMs;
}

/** The provider has said no to a page of its own, and nobody signed in since: it is not asked again. */
function refusedBefore({ environment, name }: Parts, seen: SessionRecord | undefined): Outcome | undefined {
  const [code = '', atMs] = (environment.storage('session')?.getItem(refusalKey(name)) ?? '').split(' ');
  if (code === '' || (seen !== undefined && !(seen.tokens.obtainedAtMs < Number(atMs)))) return undefined;
  return { kind: 'failed', verdict: { kind: 'interaction', error: { code } } };
}

/**
 * Leaves for the provider without a word to the user, where the app has said what to do before: the browser comes back with
 * the answer that no frame could get. Not again at once, so that nothing goes in circles.
 */
async function goForAnswer(parts: Parts, blocked: Redeemed): Promise<Outcome> {
  const { environment, options, name } = parts;
  const key = `${name}.gone`;
  const place = environment.storage('session');
  const sinceMs = Math.abs(environment.wallMs() - Number(place?.getItem(key) ?? 0));
  if (options.beforeRedirect === undefined || place === undefined || sinceMs < leastBetweenRedirectsMs) return blocked;
  place.setItem(key, String(environment.wallMs()));
  await options.beforeRedirect();
  await leaveForSignIn(parts, { prompt: 'none' });
  await new Promise<void>((resolve) => environment.setTimer(leavingMs, resolve));
  return unanswered({ code: 'timeout', description: 'the page was not left' });
}
