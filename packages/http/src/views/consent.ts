import type { Consent, Interaction } from '@ostiary/model';
import { consentPage, type ConsentView, type IdentityScope, type PermissionSeen } from '@ostiary/pages';
import { apiIds, csrfToken, notYetAllowed, redirectHost, type ApiCatalogue, type SignedIn } from '@ostiary/service';
import type { ApiId } from '@ostiary/wire';
import type { Context } from 'hono';
import { htmlAnswer } from '../answers.ts';
import type { KnownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { pagePolicy } from '../security-headers.ts';
import { lookFor } from './look.ts';
import { personOf } from './person.ts';

/** What the CSRF token of a consent form is bound to besides the browser. */
export function consentCsrfPurpose(ticket: string): string {
  return `consent ${ticket}`;
}

export interface ConsentAsked {
  ticket: string;
  interaction: Interaction;
  signedIn: SignedIn;
  consent?: Consent;
}

export function showConsent(
  c: Context<Bindings>,
  context: HttpContext,
  { browser, setCookies }: KnownBrowser,
  asked: ConsentAsked,
): Response {
  const { service, basePath } = context;
  const { ticket, interaction, signedIn, consent } = asked;
  const { request } = interaction;
  const { catalogue } = service;
  const missing = notYetAllowed(request, consent);
  const isMissing = ({ api, scope }: PermissionNamed) =>
    (api === undefined ? missing.scopes : (missing.apis[api] ?? [])).includes(scope);
  const all = permissionsOf(request.scopes, request.apis, catalogue);
  const view: ConsentView = {
    client: { name: service.clients.get(request.clientId)?.metadata.client_name ?? request.clientId },
    redirectHost: redirectHost(request.redirectUri),
    signedInAs: personOf(signedIn.user),
    action: `${basePath}/consent`,
    ticket,
    csrf: csrfToken(service, browser, consentCsrfPurpose(ticket)),
    permissions: all.filter(isMissing).map(({ seen }) => seen),
    alreadyGranted: all.filter((each) => !isMissing(each)).map(({ seen }) => seen),
  };
  const look = lookFor(c.req.raw, context, request.uiLocales);
  return htmlAnswer(c, consentPage(view, look), pagePolicy([request.redirectUri]), { cookies: setCookies });
}

interface PermissionNamed {
  seen: PermissionSeen;
  scope: string;
  api?: ApiId;
}

/** What a grant allows, as a person sees it. */
export function permissionsOf(
  scopes: readonly string[],
  apis: Record<ApiId, string[]>,
  catalogue: ApiCatalogue,
): PermissionNamed[] {
  const ofIssuer = scopes.map((scope): PermissionNamed => {
    return {
      scope,
      seen: scope === 'offline_access' ? { kind: 'offline' } : { kind: 'identity', scope: scope as IdentityScope },
    };
  });
  const ofApis = apiIds(apis).flatMap((api) => {
    const registered = catalogue.get(api);
    return (apis[api] ?? []).map((scope): PermissionNamed => {
      return { scope, api, seen: { kind: 'api', text: registered?.scopes[scope] ?? scope, apiName: registered?.name } };
    });
  });
  return [...ofIssuer, ...ofApis];
}
