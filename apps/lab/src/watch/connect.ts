import { createHash, randomBytes } from 'node:crypto';
import type { HandedTokens } from '@ostiary/worker';
import type { LabAddresses } from '../addresses.ts';
import { webClient } from '../web-client.ts';

/** What the user is sent to the issuer for: a new watch, or one that ended. */
export type Purpose = { tag: string } | { id: string };

/** What came back: tokens for the purpose, or why there are none. */
export type Connected = { purpose: Purpose; tokens: HandedTokens } | { problem: string };

/** The web app's side of S3.3: offline access by the code flow, tokens over the back channel alone, none for a browser. */
export interface Connector {
  /** Where to send the browser, and what its cookie holds meanwhile. */
  begin(purpose: Purpose): Promise<{ url: string; state: string }>;
  /** Takes the answer of the browser that holds `state`. */
  finish(answer: URLSearchParams, state: string | undefined): Promise<Connected>;
}

export function createConnector({ issuer, web }: LabAddresses): Connector {
  const redirectUri = `${web}/watch/callback`;
  const waiting = new Map<string, { purpose: Purpose; verifier: string }>();
  return {
    async begin(purpose) {
      const [state, verifier] = [randomBytes(16), randomBytes(32)].map((bytes) => bytes.toString('base64url')) as [
        string,
        string,
      ];
      waiting.set(state, { purpose, verifier });
      const { authorization_endpoint } = await metadata(issuer);
      const asked = new URLSearchParams({
        client_id: webClient.id,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid offline_access read:feed',
        state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      return { url: `${authorization_endpoint}?${asked.toString()}`, state };
    },
    async finish(answer, state) {
      const pending = state === answer.get('state') ? waiting.get(state ?? '') : undefined;
      waiting.delete(state ?? '');
      // RFC 9207 section 2.4: the answer names its issuer.
      if (pending === undefined || answer.get('iss') !== issuer)
        return { problem: 'That answer belongs to nothing that was begun here. Begin again.' };
      const code = answer.get('code');
      if (code === null) return { problem: `The issuer said ${answer.get('error') ?? 'nothing'}: nothing is watched.` };
      const { purpose, verifier } = pending;
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
      return { purpose, tokens: await redeem(issuer, form) };
    },
  };
}

async function redeem(issuer: string, form: Record<string, string>): Promise<HandedTokens> {
  const { token_endpoint } = await metadata(issuer);
  const credentials = Buffer.from(`${webClient.id}:${webClient.secret}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  const response = await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams(form), headers });
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
  return (await response.json()) as HandedTokens;
}

async function metadata(issuer: string): Promise<{ authorization_endpoint: string; token_endpoint: string }> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  return (await response.json()) as Awaited<ReturnType<typeof metadata>>;
}
