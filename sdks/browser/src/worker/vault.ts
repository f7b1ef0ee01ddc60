/** A token request that a page hands to the vault. A refresh token in its form is a handle. */
export interface VaultRequest {
  url: string;
  form: Record<string, string>;
  /** Proof of the page's key. [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449) */
  dpop?: string;
  keepalive: boolean;
}

/** What the page gets back. A refresh token in its body is a handle. */
export interface VaultAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Answers a page's requests; throws when the network does. */
export type Vault = (request: VaultRequest) => Promise<VaultAnswer>;

interface Kept {
  token: string;
  /** Where it came from, and the only place where it is used. */
  url: string;
}

/**
 * Keeps refresh tokens and gives out one handle for each line of them. A token is sent back to the very address that it came
 * from, and to revocation on the same origin, whose answer nobody sees; so a page cannot have it sent to where it could read
 * it.
 *
 * @param draw an unpredictable name
 */
export function openVault(send: (url: string, init: RequestInit) => Promise<Response>, draw: () => string): Vault {
  const tokens = new Map<string, Kept>();
  const post = ({ url, dpop, keepalive }: VaultRequest, form: Record<string, string>) =>
    send(url, {
      method: 'POST',
      headers: { ...(dpop !== undefined && { DPoP: dpop }) },
      body: new URLSearchParams(form),
      credentials: 'omit',
      redirect: 'error',
      keepalive,
    });
  return async (request) => {
    const { url, form } = request;
    if (form['token'] !== undefined) {
      const kept = tokens.get(form['token']);
      tokens.delete(form['token']);
      if (kept === undefined || new URL(kept.url).origin !== new URL(url).origin) return refused('nothing to revoke');
      const { status } = await post(request, { ...form, token: kept.token });
      return { status, headers: {}, body: '' };
    }
    if (form['grant_type'] === 'authorization_code') {
      const handle = `vault.${draw()}`;
      return withoutToken(await post(request, form), handle, (token) => tokens.set(handle, { token, url }));
    }
    const handle = form['refresh_token'] ?? '';
    const kept = tokens.get(handle);
    if (kept === undefined || kept.url !== url) return refused('the refresh token went with the page that had it');
    const sent = kept.token;
    return withoutToken(await post(request, { ...form, refresh_token: sent }), handle, (token) => {
      // An answer that comes late, after another request has moved on, is not gone back to.
      if (kept.token === sent) kept.token = token;
    });
  };
}

/** Headers of an answer that a page needs. */
const toldHeaders = ['content-type', 'date', 'retry-after', 'dpop-nonce'];

/** The answer without its refresh token. One that cannot be read might hold half a token: its body goes nowhere. */
async function withoutToken(response: Response, handle: string, keep: (token: string) => void): Promise<VaultAnswer> {
  const { status } = response;
  const headers: Record<string, string> = {};
  for (const name of toldHeaders) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const body = parsed(await response.text());
  if (body === undefined) return { status, headers, body: '' };
  if (typeof body['refresh_token'] === 'string') {
    keep(body['refresh_token']);
    body['refresh_token'] = handle;
  }
  return { status, headers, body: JSON.stringify(body) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** No refusal of the grant: the user signs in again, without a dialogue where the provider still knows them. */
function refused(description: string): VaultAnswer {
  return {
    status: 400,
    headers: {},
    body: JSON.stringify({ error: 'login_required', error_description: description }),
  };
}
