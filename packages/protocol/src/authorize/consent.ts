import type { AuthorizationRequest, Consent, Grant } from '@ostiary/model';
import type { ApiId, ClientMetadata, UserId } from '@ostiary/wire';
import { redirectHost } from '../redirect-uri.ts';
import { apiIds } from '../scope.ts';

type Asked = Pick<Grant, 'scopes' | 'apis'>;

/** What of a request the user has not allowed yet. */
export function notYetAllowed(request: Asked, consent: Consent | undefined): Asked {
  if (consent === undefined || consent.withdrawnAtMs !== undefined)
    return { scopes: request.scopes, apis: request.apis };
  const apis: Record<ApiId, string[]> = {};
  for (const id of apiIds(request.apis)) {
    const allowed = consent.apis[id];
    const missing = (request.apis[id] ?? []).filter((scope) => !allowed?.includes(scope));
    if (allowed === undefined || missing.length > 0) apis[id] = missing;
  }
  return { scopes: request.scopes.filter((scope) => !consent.scopes.includes(scope)), apis };
}

/**
 * Whether the consent page must be shown: more is asked than was allowed, the answer would go to a host the user was not
 * shown, or whoever receives it cannot be told from an impostor.
 */
export function needsConsent(
  request: AuthorizationRequest,
  consent: Consent | undefined,
  client: ClientMetadata,
  trustsLoopback: boolean,
): boolean {
  if (request.prompts.includes('consent')) return true;
  const missing = notYetAllowed(request, consent);
  if (missing.scopes.length > 0 || Object.keys(missing.apis).length > 0) return true;
  if (!consent?.redirectHosts.includes(redirectHost(request.redirectUri))) return true;
  return !isRememberable(request.redirectUri, client, trustsLoopback);
}

/**
 * A public client behind a loopback port or a private scheme may be anybody on the machine.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section 8.6}
 */
function isRememberable(redirectUri: string, client: ClientMetadata, trustsLoopback: boolean): boolean {
  if (client.token_endpoint_auth_method !== 'none' || redirectUri.startsWith('https://')) return true;
  return trustsLoopback && /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(redirectUri);
}

/** The consent after "allow": what stood before and what was asked, together. Widening keeps the version. */
export function widenedConsent(
  before: Consent | undefined,
  request: Asked & Pick<AuthorizationRequest, 'clientId'>,
  userId: UserId,
  { redirectHosts, nowMs }: { redirectHosts: readonly string[]; nowMs: number },
): Consent {
  const standing = before !== undefined && before.withdrawnAtMs === undefined ? before : undefined;
  const apis: Record<ApiId, string[]> = { ...standing?.apis };
  for (const id of apiIds(request.apis)) apis[id] = union(apis[id], request.apis[id]);
  return {
    userId,
    clientId: request.clientId,
    version: before?.version ?? 0,
    scopes: union(standing?.scopes, request.scopes),
    apis,
    redirectHosts: union(standing?.redirectHosts, redirectHosts),
    givenAtMs: standing?.givenAtMs ?? nowMs,
  };
}

function union(a: readonly string[] = [], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])];
}
