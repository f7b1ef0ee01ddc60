import { fingerprint, randomBase64url } from './base64url.ts';
import { isJsonObject } from './jwt.ts';
import type { Recorder } from './recorder.ts';

/** Sends a renewal a second time, as a duplicated tab would that knows nothing of the first. */
export interface Twins {
  /** From now on; the fingerprint of the successor that the twin of the next renewal gets. */
  begin(): Promise<string>;
  /** Takes the place of `fetch`. */
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
}

export function createTwins(recorder: Pick<Recorder, 'fetch'>): Twins {
  let finish: ((successor: string) => void) | undefined;
  return {
    begin: () => new Promise((resolve) => (finish = resolve)),
    fetch(input, init) {
      const form = init?.body instanceof URLSearchParams ? new URLSearchParams(init.body) : undefined;
      if (finish !== undefined && form?.get('grant_type') === 'refresh_token') {
        const end = finish;
        finish = undefined;
        form.set('attempt', randomBase64url(24));
        void recorder
          .fetch(input, { ...init, body: form })
          .then(successorIn, () => '')
          .then(end);
      }
      return recorder.fetch(input, init);
    },
  };
}

async function successorIn(response: Response): Promise<string> {
  const answer: unknown = await response.json();
  const token = isJsonObject(answer) ? answer['refresh_token'] : undefined;
  return typeof token === 'string' ? fingerprint(token) : '';
}
