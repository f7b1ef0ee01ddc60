import type { Client, ClientOptions } from '@ostiary/browser';
import type { OstiaryConfig } from 'ostiary';
import type { Page } from 'playwright-core';
import type { SdkPage } from '../support/sdk-page.ts';
import { appClient } from './app-client.ts';
import { signInAs } from './issuer-pages.ts';

/** Settings that a page can be handed. */
export type PlainSettings = Pick<ClientOptions, 'issuer' | 'clientId' | 'redirectUri' | 'scope'> & {
  storage?: 'memory' | 'session' | 'local';
  scriptsMayTakeRefreshTokens?: boolean;
};

declare global {
  /** Where a test keeps the client of a page between two looks into it. */
  var client: Client;
}

/** The Lab's configuration, with a client of the SDK for each app. */
export function withSdkApps(apps: Readonly<Record<string, SdkPage>>) {
  return (config: OstiaryConfig): OstiaryConfig => ({
    ...config,
    clients: [
      ...(config.clients ?? []),
      ...Object.entries(apps).map(([clientId, { origin }]) =>
        appClient(clientId, origin, {
          redirect_uris: ['callback', 'silent', 'popup'].map((path) => `${origin}/${path}`),
        }),
      ),
    ],
  });
}

/** Settings of the client `clientId` at `origin`, as plain data. */
export function settingsOf(issuer: string, clientId: string, { origin }: SdkPage): PlainSettings {
  return { issuer, clientId, redirectUri: `${origin}/callback`, scope: 'openid read:reports' };
}

/** Signs in by redirect, with the SDK. Ends on the callback page, the client in `globalThis.client`. */
export async function signInBySdk(page: Page, options: PlainSettings, home: string): Promise<void> {
  await page.goto(home);
  await page.evaluate(async (settings) => {
    const { createClient } = await import('@ostiary/browser');
    await createClient(settings).signIn();
  }, options);
  await page.waitForURL((url) => url.origin !== new URL(home).origin);
  await signInAs(page, 'ada', new RegExp(`^${new URL(home).origin}/callback`));
  await page.evaluate(async (settings) => {
    const { createClient } = await import('@ostiary/browser');
    globalThis.client = createClient(settings);
    await globalThis.client.handleCallback();
  }, options);
}
