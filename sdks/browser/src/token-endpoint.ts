import { decode, judgeReply } from '@ostiary/session';
import type { Reply, Verdict } from '@ostiary/session';
import type { ServerTime } from './server-time.ts';
import type { ClientSettings, ProofMaker } from './settings.ts';
import type { Environment } from './environment.ts';
import { SessionError } from './session-error.ts';

export interface TokenEndpoint {
  environment: Environment;
  time: ServerTime;
  proof: ProofMaker | undefined;
  options: Pick<ClientSettings, 'transport'>;
}

/** Longer than a provider should need, shorter than its retry window. */
const requestTimeoutMs = 15_000;

/** Sends one token request and says what the answer means. */
export async function requestTokens(
  { environment, time, proof, options }: TokenEndpoint,
  url: string,
  form: Record<string, string>,
): Promise<{ verdict: Verdict; sentAtMs: number }> {
  const post = (headers: Record<string, string>) =>
    (options.transport ?? environment.fetch)(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
      credentials: 'omit',
      redirect: 'error',
      signal: environment.timeout(requestTimeoutMs),
    });
  const nowMs = time.now();
  const sentAtWallMs = time.begin();
  let reply: Reply;
  let toldMs = Number.NaN;
  try {
    const response = await (proof ? proof.send(post, { method: 'POST', url, nowMs }) : post({}));
    reply = await replyOf(response);
    toldMs = Date.parse(response.headers.get('date') ?? '');
  } catch (fault) {
    if (fault instanceof SessionError) throw fault;
    reply = { kind: 'failed', cause: causeOf(fault, environment) };
  }
  const verdict = judgeReply(reply);
  // Where no `Date` header may be read, the tokens say when they were made.
  if (verdict.kind === 'tokens' && Number.isNaN(toldMs))
    toldMs = Number(decode(verdict.answer.id_token ?? verdict.answer.access_token)?.iat) * 1000;
  time.learn(toldMs, sentAtWallMs());
  return { verdict, sentAtMs: time.at(sentAtWallMs()) };
}

async function replyOf(response: Response): Promise<Reply> {
  const { status } = response;
  const body = await response.text();
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { kind: 'answer', status, body, retryAfterSeconds: retryAfterSeconds >= 0 ? retryAfterSeconds : undefined };
}

function causeOf(fault: unknown, environment: Environment): 'offline' | 'network' | 'timeout' {
  if (!environment.isOnline()) return 'offline';
  return fault instanceof DOMException && fault.name === 'TimeoutError' ? 'timeout' : 'network';
}
