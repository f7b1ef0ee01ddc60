import type { Messages } from './messages/en.ts';

/** Scopes of OpenID Connect that tell an app about a person; each has words of its own in every language. */
export type IdentityScope = 'openid' | 'profile' | 'email' | 'address' | 'phone';

/** One thing an app asks for or may do. What an API allows is said in the words its operator chose. */
export type PermissionSeen =
  | { readonly kind: 'identity'; readonly scope: IdentityScope }
  | { readonly kind: 'api'; readonly text: string; readonly apiName?: string }
  | { readonly kind: 'offline' };

/** What a permission means, in plain words. */
export function permissionText(
  permission: Exclude<PermissionSeen, { readonly kind: 'offline' }>,
  { identity }: Messages,
): string {
  return permission.kind === 'identity' ? identity[permission.scope] : permission.text;
}
