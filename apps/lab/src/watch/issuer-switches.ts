import { webClient } from './connect.ts';

/** What the operator of the issuer can do to end a watch. They exist in development alone. */
export interface IssuerSwitches {
  /** Whether Ada's account is disabled, and whether the app may read feeds; undefined where there are no switches. */
  state(): Promise<{ isAdaDisabled: boolean; mayReadFeed: boolean } | undefined>;
  disableAda(isDisabled: boolean): Promise<void>;
  allowFeed(isAllowed: boolean): Promise<void>;
}

const ada = 'ada@example.com';
const api = 'https://api.lab.example';

interface Overlay {
  clients: { client_id: string; apis: Record<string, string[]> }[];
  users: { username: string; isDisabled: boolean }[];
}

export function createIssuerSwitches(issuer: string): IssuerSwitches {
  const endpoint = `${issuer}/development/overlay`;
  const read = async (): Promise<Overlay | undefined> => {
    const response = await fetch(endpoint).catch(() => undefined);
    return response?.ok ? ((await response.json()) as Overlay) : undefined;
  };
  const change = async (body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the issuer's overlay answered ${response.status}`);
    await response.body?.cancel();
  };
  const scopesOf = (overlay: Overlay | undefined) =>
    overlay?.clients.find(({ client_id }) => client_id === webClient.id)?.apis[api] ?? [];
  return {
    async state() {
      const overlay = await read();
      if (overlay === undefined) return undefined;
      const isAdaDisabled = overlay.users.some(({ username, isDisabled }) => username === ada && isDisabled);
      return { isAdaDisabled, mayReadFeed: scopesOf(overlay).includes('read:feed') };
    },
    disableAda: (isDisabled) => change({ user: { username: ada, isDisabled } }),
    async allowFeed(isAllowed) {
      const others = scopesOf(await read()).filter((scope) => scope !== 'read:feed');
      await change({
        client: { client_id: webClient.id, apis: { [api]: isAllowed ? [...others, 'read:feed'] : others } },
      });
    },
  };
}
