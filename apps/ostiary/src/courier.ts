import type { Courier } from '@ostiary/service';

/**
 * Posts over the network. Where the operator's application is, is configuration; where that sends us on to is not, so that redirects
 * count as answers. What it says besides its status is not read.
 */
export function networkCourier(withinMs = 5_000): Courier {
  return {
    async post(url, form) {
      try {
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: '*/*' };
        const signal = AbortSignal.timeout(withinMs);
        const response = await fetch(url, {
          method: 'POST',
          headers,
          body: form.toString(),
          redirect: 'manual',
          signal,
        });
        await response.body?.cancel();
        return { status: response.status };
      } catch (error) {
        return { fault: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable' };
      }
    },
  };
}
