import { fingerprint, randomBase64url } from './base64url.ts';
import type { TokenFact } from './exchange-log.ts';
import { expiresAtMs } from './jwt.ts';
import type { Received, Recorder } from './recorder.ts';
import { judgeTokenAnswer } from './token-answer.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { TokenSet, TokenStore } from './token-store.ts';

export interface RenewalPorts {
  recorder: Recorder;
  /** The store of the moment: the choice can change at any time. */
  store: () => TokenStore;
  nowMs: () => number;
  tokenEndpoint: string;
  clientId: string;
  redirectUri: string;
}

export type Renewal =
  | { kind: 'renewed'; tokens: TokenSet; fingerprint: string }
  /** The grant is dead and the tokens are gone: sign in again. */
  | { kind: 'ended'; reason: string }
  /** Nothing was lost; try again later. */
  | { kind: 'keep'; reason: string; lostFingerprint?: string };

/** Renews with the stored refresh token. It is read in the same task that sends it, never kept by a caller. */
export async function renew(ports: RenewalPorts, { losesAnswer = false } = {}): Promise<Renewal> {
  const tokens = ports.store().read();
  if (tokens?.refreshToken === undefined) return { kind: 'ended', reason: 'there is no refresh token' };
  const presented = { ...tokens, refreshToken: tokens.refreshToken, attempt: tokens.attempt ?? randomBase64url(24) };
  ports.store().write(presented);
  const received = await ports.recorder.send({
    purpose: 'refresh',
    method: 'POST',
    url: ports.tokenEndpoint,
    losesAnswer,
    form: {
      grant_type: 'refresh_token',
      client_id: ports.clientId,
      scope: presented.scope,
      redirect_uri: ports.redirectUri,
      refresh_token: presented.refreshToken,
      attempt: presented.attempt,
    },
  });
  return received.kind === 'answer' ? settle(ports, presented, received) : lost(ports, presented, received);
}

type Presented = TokenSet & { refreshToken: string; attempt: string };

async function settle(
  ports: RenewalPorts,
  presented: Presented,
  received: Extract<Received, { kind: 'answer' }>,
): Promise<Renewal> {
  const verdict = judgeTokenAnswer(received.status, received.bodyText);
  if (verdict.kind === 'keep') return verdict;
  const stored = ports.store().read();
  if (verdict.kind === 'ended') {
    // Another renewal may have stored a successor meanwhile: then this refusal concerns a token of the past.
    if (stored?.refreshToken !== presented.refreshToken) return { kind: 'keep', reason: verdict.reason };
    ports.store().clear();
    ports.recorder.note(received.number, { kind: 'ended', cause: 'invalid_grant', reason: verdict.reason });
    return verdict;
  }
  const tokens = successorOf(presented, verdict.answer, ports.nowMs());
  const isNew = tokens.refreshToken !== presented.refreshToken;
  const repeats = isNew && stored?.refreshToken === tokens.refreshToken;
  ports.store().write(tokens);
  const fact = await tokenFact(tokens);
  ports.recorder.note(received.number, {
    kind: 'renewed',
    tokens: fact,
    repeats: repeats || wasLost(ports.recorder, fact.refreshFingerprint),
  });
  return { kind: 'renewed', tokens, fingerprint: fact.refreshFingerprint ?? '' };
}

/** The answer did not come. The presented token and its attempt stay where they are, for the next try. */
async function lost(
  { recorder }: RenewalPorts,
  { generation }: Presented,
  received: Extract<Received, { kind: 'no-answer' }>,
): Promise<Renewal> {
  const verdict = received.lostBody === undefined ? undefined : judgeTokenAnswer(200, received.lostBody);
  const successor = verdict?.kind === 'tokens' ? verdict.answer.refreshToken : undefined;
  if (successor === undefined) return { kind: 'keep', reason: received.reason };
  const lostFingerprint = await fingerprint(successor);
  recorder.note(received.number, { kind: 'answer-lost', generation, successor: lostFingerprint });
  return { kind: 'keep', reason: received.reason, lostFingerprint };
}

function successorOf(presented: Presented, answer: TokenAnswer, nowMs: number): TokenSet {
  const isNew = answer.refreshToken !== undefined && answer.refreshToken !== presented.refreshToken;
  const lifetime = answer.refreshExpiresInSeconds;
  return {
    accessToken: answer.accessToken,
    // An answer without a refresh token keeps the old one (RFC 6749, section 6).
    refreshToken: answer.refreshToken ?? presented.refreshToken,
    idToken: answer.idToken ?? presented.idToken,
    scope: answer.scope ?? presented.scope,
    generation: presented.generation + (isNew ? 1 : 0),
    refreshExpiresAtMs: lifetime === undefined ? presented.refreshExpiresAtMs : nowMs + lifetime * 1000,
  };
}

export async function tokenFact(tokens: TokenSet): Promise<TokenFact> {
  const { accessToken, refreshToken, refreshExpiresAtMs, generation } = tokens;
  return {
    accessFingerprint: await fingerprint(accessToken),
    accessExpiresAtMs: expiresAtMs(accessToken),
    refreshFingerprint: refreshToken === undefined ? undefined : await fingerprint(refreshToken),
    refreshExpiresAtMs,
    generation,
  };
}

function wasLost(recorder: Recorder, successor: string | undefined): boolean {
  return recorder.log().some(({ fact }) => fact?.kind === 'answer-lost' && fact.successor === successor);
}
