/** What the page itself must remember on the way to the issuer and back; the SDK keeps the rest. */
export interface Flow {
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
