import { isAccessTokenExpired } from './jwt.ts';

interface CallPlan {
  accessToken: string;
  nowMs: number;
  /** False sends the token as it is and lets the API find out. */
  looksAtExp: boolean;
}

/** Before a call: is the access token over? Then renew first. */
export function beforeCall({ accessToken, nowMs, looksAtExp }: CallPlan): 'send' | 'renew' {
  return looksAtExp && isAccessTokenExpired(accessToken, nowMs) ? 'renew' : 'send';
}

interface CallOutcome {
  status: number;
  /** True for APIs that answer 403 where RFC 6750 says 401. */
  treats403AsExpiry: boolean;
  hasRenewed: boolean;
}

/** After a call: renew and call again, but once only, so that an API that always refuses cannot make a loop. */
export function afterCall({ status, treats403AsExpiry, hasRenewed }: CallOutcome): 'done' | 'renew' | 'refused' {
  if (status !== 401 && status !== 403) return 'done';
  const saysExpired = status === 401 || treats403AsExpiry;
  return saysExpired && !hasRenewed ? 'renew' : 'refused';
}
