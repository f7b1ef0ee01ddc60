import type { JwtClaims } from '@ostiary/session';
import type { House } from '../house.ts';
import { WebError } from '../web-error.ts';
import { readJson } from './read-json.ts';

/** Userinfo about this user and nobody else ([OpenID Connect Core 1.0, section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)). */
export async function checkedUserInfo(
  { settings, provider }: Pick<House, 'settings' | 'provider'>,
  accessToken: string,
  sub: string | undefined,
): Promise<JwtClaims> {
  const { userinfo_endpoint } = await provider.metadata();
  if (userinfo_endpoint === undefined) throw new WebError('misconfigured', 'the provider has no userinfo endpoint');
  const headers = { authorization: `Bearer ${accessToken}` };
  const claims: JwtClaims = { ...(await readJson(settings, userinfo_endpoint, { headers })) };
  if (claims.sub === undefined || claims.sub !== sub)
    throw new WebError('bad_answer', 'userinfo is about another user');
  return claims;
}
