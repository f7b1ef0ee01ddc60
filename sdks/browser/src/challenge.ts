/** What an API asked for beyond a token that is not over. */
export type Challenge =
  /** [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470): a newer or stronger sign-in. */
  | { kind: 'insufficientUserAuthentication'; acrValues?: string | undefined; maxAgeSeconds?: number | undefined }
  /** [RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): a permission. */
  | { kind: 'insufficientScope'; scope?: string | undefined };

/** Reads what an API's refusal asks for; `undefined` when it asks for nothing that signing in would give. */
export function challengeOf(response: Response): Challenge | undefined {
  const header = response.headers.get('www-authenticate') ?? '';
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]*)"?`, 'i').exec(header)?.[1];
  const error = value('error');
  const maxAge = value('max_age');
  const maxAgeSeconds = maxAge === undefined ? undefined : Number(maxAge);
  if (error === 'insufficient_user_authentication')
    return { kind: 'insufficientUserAuthentication', acrValues: value('acr_values'), maxAgeSeconds };
  return error === 'insufficient_scope' ? { kind: 'insufficientScope', scope: value('scope') } : undefined;
}
