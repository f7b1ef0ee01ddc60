import { judgeReply } from '@ostiary/session';
import type { Reply, Verdict } from '@ostiary/session';
import type { ServerTime } from './server-time.ts';
import type { ClientSettings, ProofMaker } from './settings.ts';
import type { Environment } from './environment.ts';

export interface TokenEndpoint {
  environment: Environment;
  time: ServerTime;
  proof: ProofMaker | undefined;
  options: Pick<ClientSettings, 'transport'>;
}

/** Longer than a provider should need, shorter than its retry window. */
const requestTimeoutMs = 15_000;

/** Sends one token request, once more when the provider wants its nonce in the proof, and says what the answer means. */
export async function requestTokens(
  endpoint: TokenEndpoint,
  url: string,
  form: Record<string, string>,
): Promise<{ verdict: Verdict; sentAtMs: number }> {
  const first = await send(endpoint, url, form);
  return first.verdict.kind === 'nonce' ? send(endpoint, url, form) : first;
}

async function send(
  { environment, time, proof, options }: TokenEndpoint,
  url: string,
  form: Record<string, string>,
): Promise<{ verdict: Verdict; sentAtMs: number }> {
  const dpop = proof && { DPoP: await proof.prove({ method: 'POST', url, nowMs: time.now() }) };
  const sentAtWallMs = time.begin();
  let reply: Reply;
  try {
    const response = await (options.transport ?? environment.fetch)(url, {
      method: 'POST',
      headers: { ...dpop },
      body: new URLSearchParams(form),
      credentials: 'omit',
      redirect: 'error',
      signal: environment.timeout(requestTimeoutMs),
    });
    const answer = await replyOf(response);
    time.learn(response.headers.get('date'), sentAtWallMs());
    if (answer.dpopNonce !== undefined) proof?.learnNonce(url, answer.dpopNonce);
    reply = answer;
  } catch (fault) {
    reply = { kind: 'failed', cause: causeOf(fault, environment) };
  }
  const verdict = judgeReply(reply);
  if (verdict.kind === 'tokens') time.learnFromToken(verdict.answer, sentAtWallMs());
  return { verdict, sentAtMs: time.at(sentAtWallMs()) };
}

async function replyOf(response: Response): Promise<Reply & { kind: 'answer' }> {
  const reply: Reply & { kind: 'answer' } = { kind: 'answer', status: response.status, body: await response.text() };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const nonce = response.headers.get('dpop-nonce');
  if (seconds >= 0) reply.retryAfterSeconds = seconds;
  if (nonce !== null) reply.dpopNonce = nonce;
  return reply;
}

function causeOf(fault: unknown, environment: Environment): 'offline' | 'network' | 'timeout' {
  if (!environment.isOnline()) return 'offline';
  return fault instanceof DOMException && fault.name === 'TimeoutError' ? 'timeout' : 'network';
}
