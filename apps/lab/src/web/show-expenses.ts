import type { Request, Response } from 'express';
import type { WebAppParts } from './parts.ts';
import { callApi } from './call-api.ts';
import { expensesPage } from './expenses-page.ts';
import type { HandlerForm } from './handler-source.ts';
import { settingsInForce } from './settings.ts';
import { fingerprint } from './story.ts';

/** Calls the API with the access token that a handler got, and shows what came of it. */
export type ShowExpenses = (
  request: Request,
  response: Response,
  got: { form: HandlerForm; accessToken: string },
) => Promise<void>;

export function showExpenses(parts: WebAppParts): ShowExpenses {
  const { addresses, clock, appClock, overlay, api, stories } = parts;
  return async ({ oidc }, response, { form, accessToken }) => {
    const sid = storyOf(oidc);
    const tokens = oidc.tokens;
    const isRenewed = response.locals['accessTokenBefore'] !== accessToken;
    const expiresAtMs = tokens?.expires_at === undefined ? undefined : tokens.expires_at * 1000;
    stories.sawTokens(sid, clock.nowMs(), { accessToken, expiresAtMs, refreshToken: tokens?.refresh_token, isRenewed });
    const answer = await callApi(addresses.api, accessToken);
    const status = answer.ok ? 200 : answer.status;
    stories.happened(sid, clock.nowMs(), { kind: 'called', api: 'reports', status });
    const page = await expensesPage(addresses, {
      form,
      user: nameOf(oidc) ?? '',
      answer,
      token: {
        fingerprint: fingerprint(accessToken),
        expiresAtMs,
        scope: tokens?.scope ?? '',
        isRenewed,
        refreshFingerprint: tokens?.refresh_token && fingerprint(tokens.refresh_token),
      },
      calls: api.log.calls(),
      revocations: api.revocations(),
      settings: await settingsInForce(overlay),
      behindSeconds: appClock.behindSeconds(),
    });
    response.send(page);
  };
}

/** How the app calls whoever is signed in. */
export function nameOf({ user }: Request['oidc']): string | undefined {
  const name = user?.['name'] ?? user?.['sub'];
  return typeof name === 'string' ? name : undefined;
}

/** One story for each sign-in at the issuer. */
export function storyOf({ idTokenClaims = {} }: Request['oidc']): string {
  return String(idTokenClaims['sid'] ?? idTokenClaims['sub']);
}
