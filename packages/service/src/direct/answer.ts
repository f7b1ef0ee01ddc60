import type { DirectAnswer, TokenAnswer } from '@ostiary/wire';

/** A token answer in the words of the JSON call: ends in place of lifetimes, and 0 for "never". */
export function directAnswer(answer: TokenAnswer): DirectAnswer {
  const { access_token, token_type, scope, id_token, refresh_token, refresh_token_expires_in } = answer;
  const endsAt = expiryOf(access_token);
  const madeAt = endsAt - answer.expires_in;
  return {
    access_token,
    ...(refresh_token !== undefined && { refresh_token }),
    access_token_expires_at: endsAt,
    ...(refresh_token !== undefined && {
      refresh_token_expires_at: refresh_token_expires_in === undefined ? 0 : madeAt + refresh_token_expires_in,
    }),
    token_type,
    scope,
    ...(id_token !== undefined && { id_token }),
  };
}

/** `exp` of a token that was made here a moment ago. */
function expiryOf(jwt: string): number {
  const claims: { exp: number } = JSON.parse(Buffer.from(jwt.split('.', 2)[1] ?? '', 'base64url').toString());
  return claims.exp;
}
