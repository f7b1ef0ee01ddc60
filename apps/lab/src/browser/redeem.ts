import type { Settings } from './discovery.ts';
import { tokenFact } from './renewal.ts';
import type { RenewalPorts } from './renewal.ts';
import type { SignInRequest } from './sign-in.ts';
import { idTokenFault, judgeTokenAnswer } from './token-answer.ts';
import type { TokenSet } from './token-store.ts';

export type Redemption = { kind: 'tokens' } | { kind: 'refused'; reason: string };

/** Exchanges the code for tokens and stores them. [RFC 7636, section 4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5) */
export async function redeemCode(
  ports: RenewalPorts,
  { issuer, scope }: Pick<Settings, 'issuer' | 'scope'>,
  { code, request }: { code: string; request: SignInRequest },
): Promise<Redemption> {
  const received = await ports.recorder.send({
    purpose: 'code',
    method: 'POST',
    url: ports.tokenEndpoint,
    form: {
      grant_type: 'authorization_code',
      client_id: ports.clientId,
      scope,
      redirect_uri: ports.redirectUri,
      code_verifier: request.verifier,
      code,
    },
  });
  if (received.kind === 'no-answer') return { kind: 'refused', reason: received.reason };
  const verdict = judgeTokenAnswer(received.status, received.bodyText);
  if (verdict.kind !== 'tokens') return { kind: 'refused', reason: verdict.reason };
  const { answer } = verdict;
  const nowMs = ports.nowMs();
  const fault = idTokenFault(answer.idToken, { issuer, clientId: ports.clientId, nonce: request.nonce, nowMs });
  if (fault !== undefined) return { kind: 'refused', reason: `the ID token is not acceptable: ${fault}` };
  const lifetime = answer.refreshExpiresInSeconds;
  const tokens: TokenSet = {
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken,
    idToken: answer.idToken,
    scope: answer.scope ?? scope,
    generation: 0,
    refreshExpiresAtMs: lifetime === undefined ? undefined : nowMs + lifetime * 1000,
  };
  ports.store().write(tokens);
  ports.recorder.note(received.number, { kind: 'signed-in', tokens: await tokenFact(tokens) });
  return { kind: 'tokens' };
}
