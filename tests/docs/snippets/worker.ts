// #region worker
import { clientSecretBasic, createWorker, TokenRefused } from '@ostiary/worker';
import type { Grant, HandedTokens } from '@ostiary/worker';
import { openSqliteGrants } from '@ostiary/worker/sqlite';

export const worker = createWorker({
  issuer: 'http://localhost:4000',
  clientId: 'example-web', // the client that people allowed to work for them: the web app's
  authentication: clientSecretBasic(process.env.EXAMPLE_WEB_SECRET ?? ''),
  store: openSqliteGrants({ path: 'grants.db' }),
  sealingKeys: [{ id: '2026-11', key: process.env.GRANT_KEY ?? '' }],
});
worker.start();
// #endregion worker

// #region keep
/** Runs in the web app after the sign-in; keep the id with the job. */
export function startJob(tokens: HandedTokens): Promise<string> {
  return worker.keep(tokens);
}
// #endregion keep

// #region use
export async function countReports(grantId: string): Promise<number> {
  return worker.withGrant(grantId, async (accessToken) => {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch('https://api.example.com/reports', { headers });
    if (response.status === 401) throw new TokenRefused(); // renewed, and done once more
    const { reports } = (await response.json()) as { reports: unknown[] };
    return reports.length;
  });
}
// #endregion use

// #region reconnect
/** For the page of the user's jobs: whether there is something to do, and why. */
export async function stateOfJob(grantId: string): Promise<string> {
  const grant = await worker.read(grantId);
  if (grant === undefined) return 'gone';
  return grant.state.kind === 'needs_reconnect' ? `connect again: ${grant.state.cause}` : 'running';
}

/** Runs after the user signed in again: the job goes on under its id. */
export async function reconnectJob(grantId: string, tokens: HandedTokens): Promise<void> {
  await worker.keep(tokens, { id: grantId });
}
// #endregion reconnect

// #region events
export function tellTheUser(send: (grant: Grant, words: string) => void): () => void {
  const stops = [
    worker.on('needsReconnect', ({ grant, cause }) => send(grant, `Your job stopped: ${cause}`)),
    worker.on('narrowed', ({ grant, lost }) => send(grant, `Your job may no longer use: ${lost.join(', ')}`)),
  ];
  return () => stops.forEach((stop) => stop());
}
// #endregion events

// #region stop
export async function stopJob(grantId: string): Promise<void> {
  await worker.forget(grantId);
}
// #endregion stop
