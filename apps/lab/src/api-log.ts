/** One call of the Lab API. */
export interface ApiCall {
  number: number;
  /** By the issuer's clock. */
  atMs: number;
  path: string;
  status: number;
  /** When the access token was issued. Seconds. Absent when it was refused. */
  issuedAtSeconds?: number | undefined;
  /** Why it was refused. */
  reason?: string | undefined;
}

/** What the Lab API was asked, the newest first. */
export interface ApiLog {
  add(call: Omit<ApiCall, 'number'>): void;
  calls(): readonly ApiCall[];
}

const capacity = 50;

export function createApiLog(): ApiLog {
  let calls: readonly ApiCall[] = [];
  return {
    add(call) {
      calls = [{ ...call, number: (calls[0]?.number ?? 0) + 1 }, ...calls].slice(0, capacity);
    },
    calls: () => calls,
  };
}
