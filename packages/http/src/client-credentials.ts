import { type ClientCredentials, type Parameters, type Refusal } from '@ostiary/service';

export type CredentialsResult = { ok: true; credentials: ClientCredentials } | { ok: false; refusal: Refusal };

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Takes the client's credentials from a request: exactly one method.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 section 2.3.1}
 */
export function readClientCredentials(authorization: string | undefined, { single }: Parameters): CredentialsResult {
  const secret = single.get('client_secret');
  const assertion = single.get('client_assertion');
  const clientId = single.get('client_id');
  const methods = [authorization, secret, assertion].filter((method) => method !== undefined);
  // RFC 6749 section 2.3: MUST NOT use more than one authentication method in each request.
  if (methods.length > 1) return failed('client_auth_twice');
  if (authorization !== undefined) return fromBasic(authorization, clientId);
  if (assertion !== undefined) {
    if (single.get('client_assertion_type') !== assertionType) {
      return { ok: false, refusal: { reason: 'parameter_malformed', parameter: 'client_assertion_type' } };
    }
    return {
      ok: true,
      credentials: { method: 'private_key_jwt', assertion, ...(clientId !== undefined && { clientId }) },
    };
  }
  if (clientId === undefined) return failed('client_auth_missing');
  if (secret !== undefined) return { ok: true, credentials: { method: 'client_secret_post', clientId, secret } };
  return { ok: true, credentials: { method: 'none', clientId } };
}

/** Id and secret are form-encoded before they are joined and base64-encoded. */
function fromBasic(authorization: string, bodyClientId: string | undefined): CredentialsResult {
  const match = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization);
  if (match?.[1] === undefined) return failed('client_auth_failed');
  const joined = Buffer.from(match[1], 'base64').toString();
  const colon = joined.indexOf(':');
  if (colon < 0) return failed('client_auth_failed');
  const clientId = formDecoded(joined.slice(0, colon));
  const secret = formDecoded(joined.slice(colon + 1));
  if (clientId === undefined || secret === undefined) return failed('client_auth_failed');
  if (bodyClientId !== undefined && bodyClientId !== clientId) return failed('client_auth_twice');
  return { ok: true, credentials: { method: 'client_secret_basic', clientId, secret } };
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function failed(reason: Refusal['reason']): CredentialsResult {
  return { ok: false, refusal: { reason } };
}
