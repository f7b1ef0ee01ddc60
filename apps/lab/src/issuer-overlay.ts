/** What can be changed of the issuer's configuration while it runs in development; the names are those of its file. */
export interface OverlayState {
  apis: ApiInForce[];
  clients: { client_id: string; apis: Record<string, string[]> }[];
  users: { username: string; isDisabled: boolean }[];
}

export interface ApiInForce {
  identifier: string;
  name: string;
  accessTokenSeconds: number;
  accessTokenBrowserSeconds: number;
  allowOfflineAccess: boolean;
}

export type OverlayChange =
  | { api: Pick<ApiInForce, 'identifier'> & Partial<Omit<ApiInForce, 'name'>> }
  | { client: OverlayState['clients'][number] }
  | { user: OverlayState['users'][number] };

/** The issuer's development overlay. It exists in development only. */
export interface IssuerOverlay {
  /** Undefined when the issuer has none. */
  state(): Promise<OverlayState | undefined>;
  /** Takes effect at the issuer's next request. `problem` says which field is wrong, and the remedy. */
  change(change: OverlayChange): Promise<{ ok: true } | { ok: false; problem: string }>;
}

export function createIssuerOverlay(issuer: string): IssuerOverlay {
  const endpoint = `${issuer}/development/overlay`;
  return {
    async state() {
      const response = await fetch(endpoint);
      if (response.ok) return (await response.json()) as OverlayState;
      await response.body?.cancel();
      return undefined;
    },
    async change(change) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(change),
      });
      const answer: unknown = await response.json().catch(() => undefined);
      return response.ok ? { ok: true } : { ok: false, problem: problemIn(answer) };
    },
  };
}

function problemIn(answer: unknown): string {
  const isTold = typeof answer === 'object' && answer !== null && 'error_description' in answer;
  return isTold ? String(answer.error_description) : 'the issuer takes no changes: it does not run in development';
}
