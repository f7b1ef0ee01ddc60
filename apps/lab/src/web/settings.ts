import { labApi } from '../api.ts';
import type { ApiInForce, IssuerOverlay } from '../issuer-overlay.ts';

/** What was typed into the form of the settings. */
export type TypedSettings = Readonly<Record<string, unknown>>;

/** Puts the typed settings of the Lab API in force, or says what is wrong with them. */
export async function changeSettings(overlay: IssuerOverlay, typed: TypedSettings): Promise<string | undefined> {
  const changed = await overlay.change({
    api: {
      identifier: labApi,
      allowOfflineAccess: typed['allowOfflineAccess'] === 'on',
      accessTokenSeconds: Number(typed['accessTokenSeconds']),
      accessTokenBrowserSeconds: Number(typed['accessTokenBrowserSeconds']),
    },
  });
  return changed.ok ? undefined : changed.problem;
}

/** The settings of the Lab API in force; undefined when the issuer does not run in development, or not at all. */
export async function settingsInForce(overlay: IssuerOverlay): Promise<ApiInForce | undefined> {
  const state = await overlay.state().catch(() => undefined);
  return state?.apis.find(({ identifier }) => identifier === labApi);
}
