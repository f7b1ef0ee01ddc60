import { labApi } from '../api.ts';
import type { IssuerOverlay, OverlayChange, OverlayState } from '../issuer-overlay.ts';
import { webClient } from '../web-client.ts';

/** What the operator of the issuer can do to end a watch, as it stands. */
export interface OperatorSwitches {
  isAdaDisabled: boolean;
  mayReadFeed: boolean;
}

const ada = 'ada@example.com';
const permission = 'read:feed';

/** Undefined where the issuer does not run in development, or not at all. */
export async function switchesInForce(overlay: IssuerOverlay): Promise<OperatorSwitches | undefined> {
  const state = await overlay.state().catch(() => undefined);
  if (state === undefined) return undefined;
  const isAdaDisabled = state.users.some(({ username, isDisabled }) => username === ada && isDisabled);
  return { isAdaDisabled, mayReadFeed: scopesOf(state).includes(permission) };
}

export function disableAda(overlay: IssuerOverlay, isDisabled: boolean): Promise<void> {
  return changed(overlay, { user: { username: ada, isDisabled } });
}

/** Gives the web app the permission to read the feed, or takes it away; its other scopes stay. */
export async function allowFeed(overlay: IssuerOverlay, isAllowed: boolean): Promise<void> {
  const others = scopesOf(await overlay.state()).filter((scope) => scope !== permission);
  const apis = { [labApi]: isAllowed ? [...others, permission] : others };
  await changed(overlay, { client: { client_id: webClient.id, apis } });
}

function scopesOf(state: OverlayState | undefined): string[] {
  return state?.clients.find(({ client_id }) => client_id === webClient.id)?.apis[labApi] ?? [];
}

async function changed(overlay: IssuerOverlay, change: OverlayChange): Promise<void> {
  const outcome = await overlay.change(change);
  if (!outcome.ok) throw new Error(outcome.problem);
}
