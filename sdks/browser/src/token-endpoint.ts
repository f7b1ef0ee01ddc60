import { judgeReply } from '@ostiary/session';
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
  try {
    const response = await (proof ? proof.send(post, { method: 'POST', url, nowMs }) : post({}));
    reply = await replyOf(response);
    time.learn(response.headers.get('date'), sentAtWallMs());
  } catch (fault) {
    if (fault instanceof SessionError) throw fault;
    reply = { kind: 'failed', cause: causeOf(fault, environment) };
  }
  const verdict = judgeReply(reply);
  if (verdict.kind === 'tokens') time.learnFromToken(verdict.answer, sentAtWallMs());
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
