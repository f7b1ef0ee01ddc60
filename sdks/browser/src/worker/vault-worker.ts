import { openVault } from './vault.ts';
import type { VaultAnswer, VaultRequest } from './vault.ts';

/** What the page sends to the worker, and what it hears. `undefined`: the network did not answer. */
export interface ToWorker {
  id: number;
  request: VaultRequest;
}
export interface FromWorker {
  id: number;
  answer: VaultAnswer | undefined;
}

const vault = openVault(
  (url, init) => fetch(url, init),
  () => crypto.randomUUID(),
);

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const tell = (answer: VaultAnswer | undefined) => postMessage({ id: data.id, answer } satisfies FromWorker);
  vault(data.request).then(tell, () => tell(undefined));
});
