import type { ClientSettings } from '../settings.ts';
import type { FromWorker, ToWorker } from './vault-worker.ts';
import type { VaultAnswer } from './vault.ts';

/**
 * Keeps refresh tokens in the memory of a worker: `createClient({ transport: workerVault() })`. The page has a handle that is
 * worth nothing elsewhere; token requests go through the worker, which puts the token in and takes the new one out. Create it
 * at once when the page starts, before other people's scripts run.
 *
 * What it protects from: a script in the page that looks for refresh tokens in storages, in the page's memory, in its messages
 * and in its `fetch` finds none, so it can take none away to use after the page is closed.
 *
 * What it does not: such a script can use the page while it stands: take access tokens, which do reach the page, renew by the
 * handle, take the code of the next sign-in before the SDK does, or sign in anew by a hidden frame while the user is signed in
 * at the provider. A script that runs before the worker starts can put another in its place. Nothing but a server that holds
 * the tokens protects from that
 * ([RFC 10017](https://www.rfc-editor.org/rfc/rfc10017)).
 *
 * Its price: each tab has a worker and a session of its own, and a page that is loaded anew has none. Leave `storage` at
 * `memory`, and give `silentSignIn: silentFrame()` to find the session again. The page's policy must allow the worker
 * (`worker-src 'self'`).
 */
export function workerVault(): NonNullable<ClientSettings['transport']> {
  const waiting = new Map<number, (answer: VaultAnswer | undefined) => void>();
  let count = 0;
  let isBroken = false;
  const worker =
    typeof Worker === 'undefined'
      ? undefined
      : new Worker(new URL('./vault-worker.ts', import.meta.url), { type: 'module' });
  worker?.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    waiting.get(data.id)?.(data.answer);
    waiting.delete(data.id);
  });
  worker?.addEventListener('error', () => {
    isBroken = true;
    for (const end of waiting.values()) end(notStarted);
    waiting.clear();
  });
  return async (url, { body, headers, keepalive, signal }) => {
    const dpop = new Headers(headers).get('DPoP');
    const form = Object.fromEntries(body instanceof URLSearchParams ? body : []);
    const request = { url, form, keepalive: keepalive === true, ...(dpop !== null && { dpop }) };
    const id = (count += 1);
    const answer = await new Promise<VaultAnswer | undefined>((resolve, reject) => {
      if (worker === undefined || isBroken) return resolve(notStarted);
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      waiting.set(id, resolve);
      worker.postMessage({ id, request } satisfies ToWorker);
    });
    if (answer === undefined) throw new TypeError('Failed to fetch');
    const { status, headers: told } = answer;
    return new Response(answer.body, { status, headers: told });
  };
}

const notStarted: VaultAnswer = {
  status: 400,
  headers: {},
  body: JSON.stringify({
    error: 'invalid_request',
    error_description:
      'the worker that keeps refresh tokens did not start: see worker-src of the page, and the bundler',
  }),
};
