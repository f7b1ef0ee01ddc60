import type { Reply } from '@ostiary/session';
import { requestTimeoutMs } from './parts.ts';
import type { Parts } from './parts.ts';

/** Posts a form as the client; says what came back, and when it was sent by server time. Does not throw for the network. */
export async function postAsClient(
  parts: Pick<Parts, 'environment' | 'time' | 'authentication' | 'clientId' | 'issuer'>,
  url: string,
  form: Record<string, string>,
): Promise<{ reply: Reply; sentAtMs: number }> {
  const { environment, time, authentication, clientId, issuer } = parts;
  const { random } = environment;
  const { headers = {}, fields = {} } = await authentication({ clientId, issuer, nowMs: time.now(), random });
  const sentAtWallMs = time.begin();
  let reply: Reply;
  try {
    const response = await environment.fetch(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ ...form, ...fields }),
      redirect: 'error',
      signal: environment.timeout(requestTimeoutMs),
    });
    reply = await replyOf(response, time.now());
    time.learn(Date.parse(response.headers.get('date') ?? ''), sentAtWallMs());
  } catch (fault) {
    const isTimeout = fault instanceof DOMException && fault.name === 'TimeoutError';
    reply = { kind: 'failed', cause: isTimeout ? 'timeout' : 'network' };
  }
  return { reply, sentAtMs: time.at(sentAtWallMs()) };
}

async function replyOf(response: Response, nowMs: number): Promise<Reply> {
  const body = await response.text();
  const retryAfterSeconds = secondsIn(response.headers.get('retry-after'), nowMs);
  return { kind: 'answer', status: response.status, body, retryAfterSeconds };
}

/** A number of seconds or a date. [RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3) */
function secondsIn(retryAfter: string | null, nowMs: number): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - nowMs) / 1000;
  return seconds >= 0 ? seconds : undefined;
}
