import { SignJWT } from 'jose';
import type { Settings } from '../settings.ts';
import { assertionKey } from './assertion-key.ts';
import type { AssertionKey } from './assertion-key.ts';
import type { Provider } from './provider.ts';

/** How a request to the provider says which client sends it. */
export interface Authenticated {
  form: Record<string, string>;
  headers: Record<string, string>;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Authenticates the client to the provider. Throws a `TypeError` for options that do not hold. [RFC 6749, section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3), [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523) */
export function clientAuthentication(
  settings: Settings,
  provider: Pick<Provider, 'metadata'>,
): () => Promise<Authenticated> {
  const { clientId, options } = settings;
  const { clientSecret, clientAssertionSigningKey, clientAssertionSigningAlg } = options;
  const usual = clientAssertionSigningKey ? 'private_key_jwt' : clientSecret ? 'client_secret_basic' : 'none';
  const method = options.clientAuthMethod ?? usual;
  const secret = () => {
    if (clientSecret === undefined) throw new TypeError(`clientAuthMethod ${method} needs clientSecret`);
    return clientSecret;
  };
  switch (method) {
    case 'none':
      return async () => ({ form: { client_id: clientId }, headers: {} });
    case 'client_secret_post': {
      const form = { client_id: clientId, client_secret: secret() };
      return async () => ({ form, headers: {} });
    }
    case 'client_secret_basic': {
      const pair = `${formEncoded(clientId)}:${formEncoded(secret())}`;
      const headers = { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
      return async () => ({ form: {}, headers });
    }
    case 'private_key_jwt': {
      if (clientAssertionSigningKey === undefined)
        throw new TypeError('private_key_jwt needs clientAssertionSigningKey');
      const key = assertionKey(clientAssertionSigningKey, clientAssertionSigningAlg);
      return async () => ({
        form: {
          client_id: clientId,
          client_assertion_type: assertionType,
          client_assertion: await assertion(settings, key, (await provider.metadata()).issuer),
        },
        headers: {},
      });
    }
  }
}

/** The audience is the issuer, as it spells itself, and nothing else ([RFC 10070](https://www.rfc-editor.org/rfc/rfc10070)); each assertion is used once. */
function assertion(
  { clientId, environment }: Settings,
  { key, ...header }: AssertionKey,
  issuer: string,
): Promise<string> {
  const nowSeconds = Math.floor(environment.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ ...header, typ: 'client-authentication+jwt' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setJti(environment.random(16))
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + 60)
    .sign(key);
}

/** Both halves are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}
