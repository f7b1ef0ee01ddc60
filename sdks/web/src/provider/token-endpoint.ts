import { judgeReply } from '@ostiary/session';
import type { Reply, Verdict } from '@ostiary/session';
import type { Settings } from '../settings.ts';
import type { Authenticated } from './client-authentication.ts';
import type { Provider } from './provider.ts';
import { boundedText } from './read-json.ts';

export interface TokenEndpoint {
  /** Sends one token request and says what the answer means. Throws when the provider's metadata cannot be had. */
  request(form: Record<string, string>): Promise<{ verdict: Verdict; sentAtMs: number }>;
  /** Ends the line of a refresh token ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)); a failure is no one's trouble. */
  revoke(refreshToken: string): Promise<void>;
}

export function openTokenEndpoint(
  settings: Settings,
  provider: Provider,
  authenticate: () => Promise<Authenticated>,
): TokenEndpoint {
  const { environment, httpTimeoutMs } = settings;
  const post = async (url: string, form: Record<string, string>) => {
    const client = await authenticate();
    return environment.fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', ...client.headers },
      body: new URLSearchParams({ ...form, ...client.form }),
      redirect: 'error',
      signal: environment.timeout(httpTimeoutMs),
    });
  };
  return {
    async request(form) {
      const { token_endpoint } = await provider.metadata();
      const sentAtMs = environment.now();
      const reply = await post(token_endpoint, form).then(replyOf).catch(replyOfFault);
      return { verdict: judgeReply(reply), sentAtMs };
    },
    async revoke(token) {
      try {
        const { revocation_endpoint } = await provider.metadata();
        const form = { token, token_type_hint: 'refresh_token' };
        if (revocation_endpoint !== undefined) await (await post(revocation_endpoint, form)).body?.cancel();
      } catch {
        // The session is gone from here; at the provider the family ends by its lifetime.
      }
    },
  };
}

async function replyOf(response: Response): Promise<Reply> {
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    kind: 'answer',
    status: response.status,
    body: (await boundedText(response)) ?? '',
    ...(retryAfterSeconds >= 0 && { retryAfterSeconds }),
  };
}

function replyOfFault(fault: unknown): Reply {
  const isTimeout = fault instanceof Error && (fault.name === 'TimeoutError' || fault.name === 'AbortError');
  return { kind: 'failed', cause: isTimeout ? 'timeout' : 'network' };
}
