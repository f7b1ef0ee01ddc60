/** An answer of the token endpoint. */
export interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Posts a form to the token endpoint, as an app of its own would. */
export async function postToken(issuer: string, fields: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export function refresh(
  issuer: string,
  refreshToken: unknown,
  more: Record<string, string> = {},
): Promise<TokenAnswer> {
  return postToken(issuer, {
    grant_type: 'refresh_token',
    client_id: 'lab-spa',
    refresh_token: String(refreshToken),
    ...more,
  });
}

/** Claims of a JWT, unverified. */
export function claimsOf(jwt: unknown): Record<string, unknown> {
  const [, body = ''] = String(jwt).split('.');
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
}
