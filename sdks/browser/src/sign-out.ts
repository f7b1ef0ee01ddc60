import { addressWith } from './authorization.ts';
import type { Parts } from './parts.ts';

export interface SignOutOptions {
  /** A registered address to come back to after the provider's own sign-out. */
  returnTo?: string;
  /** `false` signs out of this app alone, without leaving the page. Default: true. */
  atProvider?: boolean;
}

/**
 * Ends the session: first here, so that nothing can bring it back, then in all tabs, then at the server, where revoking one
 * refresh token ends its whole line ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
 */
export async function leaveSession(parts: Parts, { returnTo, atProvider = true }: SignOutOptions): Promise<void> {
  const { environment, options, session, tabs, proof } = parts;
  const record = await session.read();
  await session.leave('here');
  tabs.tell({ kind: 'signedOut' });
  const provider = await parts.provider().catch(() => undefined);
  const token = record?.tokens.refreshToken;
  if (token !== undefined && provider?.revocation_endpoint !== undefined) {
    const form = { client_id: options.clientId, token, token_type_hint: 'refresh_token' };
    await revoke(parts, provider.revocation_endpoint, form);
  }
  await proof?.forget();
  if (!atProvider || provider?.end_session_endpoint === undefined) return;
  const parameters = {
    client_id: options.clientId,
    post_logout_redirect_uri: returnTo,
    id_token_hint: record?.tokens.idToken,
  };
  environment.location.assign(addressWith(provider.end_session_endpoint, parameters));
}

/** Goes on when the page is left. A revocation that fails leaves nothing that anybody holds. */
async function revoke({ environment, options }: Parts, url: string, form: Record<string, string>): Promise<void> {
  const signal = environment.timeout(3_000);
  const send = options.transport ?? environment.fetch;
  await send(url, { method: 'POST', body: new URLSearchParams(form), keepalive: true, signal }).catch(() => undefined);
}
