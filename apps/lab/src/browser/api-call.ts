import { afterCall, beforeCall } from './call-decision.ts';
import { renew } from './renewal.ts';
import type { Renewal, RenewalPorts } from './renewal.ts';

export interface ApiCall {
  api: 'reports' | 'legacy';
  apiUrl: string;
  /** False sends the access token without a look at its `exp`. */
  looksAtExp: boolean;
}

export type CallResult =
  | { kind: 'answered'; status: number; hasRenewed: boolean }
  | { kind: 'failed'; reason: string }
  | Extract<Renewal, { kind: 'ended' }>;

/** Calls the API: looks at `exp` first, renews when it is over or when the API says so, and calls again once. */
export async function callApi(ports: RenewalPorts, call: ApiCall): Promise<CallResult> {
  let tokens = ports.store().read();
  if (tokens === undefined) return { kind: 'ended', reason: 'the page had no token' };
  const { accessToken } = tokens;
  let mustRenew = beforeCall({ accessToken, nowMs: ports.nowMs(), looksAtExp: call.looksAtExp }) === 'renew';
  for (let hasRenewed = false; ; mustRenew = true) {
    if (mustRenew) {
      const renewal = await renew(ports);
      if (renewal.kind === 'ended') return renewal;
      if (renewal.kind === 'keep') return { kind: 'failed', reason: renewal.reason };
      tokens = renewal.tokens;
      hasRenewed = true;
    }
    const status = await send(ports, call, tokens.accessToken);
    if (typeof status === 'string') return { kind: 'failed', reason: status };
    const next = afterCall({ status, treats403AsExpiry: call.api === 'legacy', hasRenewed });
    if (next !== 'renew') return { kind: 'answered', status, hasRenewed };
  }
}

async function send(
  { recorder }: RenewalPorts,
  { api, apiUrl }: ApiCall,
  accessToken: string,
): Promise<number | string> {
  const received = await recorder.send({
    purpose: 'call',
    method: 'GET',
    url: api === 'legacy' ? `${apiUrl}/legacy/reports` : `${apiUrl}/reports`,
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (received.kind === 'no-answer') return received.reason;
  recorder.note(received.number, { kind: 'called', api, status: received.status });
  return received.status;
}
