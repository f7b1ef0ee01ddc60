// #region page
import { createBffClient } from '@ostiary/browser/bff';
import { sessionDialog } from '@ostiary/browser/dialog';

export const client = createBffClient();

/** Runs when the page starts. */
export async function start(): Promise<string> {
  sessionDialog(client, { onEnded: ({ code }) => console.warn('the session has ended', code) });
  const user = await client.load();
  return user === undefined ? 'Nobody is signed in' : `Hello ${String(user['name'])}`;
}

export async function loadReports(): Promise<string> {
  const answer = await client.fetch('/bff/reports');
  return answer.ok ? answer.text() : client.state.kind;
}
// #endregion page
