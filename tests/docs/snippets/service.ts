// #region token
import * as client from 'openid-client';

let discovered: client.Configuration | undefined;
let kept: { accessToken: string; renewAtMs: number } | undefined;

/** An access token of the service itself, asked for again when four fifths of its life are over. */
export async function getAccessToken(): Promise<string> {
  if (kept !== undefined && Date.now() < kept.renewAtMs) return kept.accessToken;
  discovered ??= await client.discovery(
    new URL('http://localhost:4000'),
    'example-job',
    undefined,
    client.ClientSecretBasic(process.env.EXAMPLE_JOB_SECRET),
    { execute: [client.allowInsecureRequests] }, // for http on localhost alone: leave it out with https
  );
  const answer = await client.clientCredentialsGrant(discovered, { scope: 'read:reports' });
  kept = { accessToken: answer.access_token, renewAtMs: Date.now() + (answer.expires_in ?? 0) * 800 };
  return kept.accessToken;
}
// #endregion token
