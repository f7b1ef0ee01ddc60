import type { SignInRequest } from './sign-in.ts';

/** What must outlive the way to the issuer and back. */
export interface Flow {
  request: SignInRequest;
  /** `steps` waits before the code is redeemed, `tour` goes on with the rest of the scenario. */
  mode: 'steps' | 'all' | 'tour';
  /** The call that was interrupted when the session ended. */
  resume?: 'reports' | 'legacy';
  /** Why the app had to start again. */
  endedBecause?: string;
}

const KEY = 'lab.flow';

export function keepFlow(flow: Flow): void {
  sessionStorage.setItem(KEY, JSON.stringify(flow));
}

export function readFlow(): Flow | undefined {
  const stored = sessionStorage.getItem(KEY);
  return stored === null ? undefined : (JSON.parse(stored) as Flow);
}

export function dropFlow(): void {
  sessionStorage.removeItem(KEY);
}
