import { authenticateClient, answerTokenRequest, type AuthenticatedClient, type Service } from '@ostiary/service';
import { openIssuer, redeem, type TestIssuer } from '@ostiary/http/fixture';

const familiesPerDevice = 10;
const familiesPerUser = 200;

/** An issuer in this process on a database file, with as many users as `count` families need. */
export function openIssuerFor(count: number, path: string): Promise<TestIssuer> {
  const users = Array.from({ length: Math.ceil(count / familiesPerUser) }, (_, index) => ({
    username: `user${index}@example.com`,
    password: `user${index}-demo-password`,
    claims: {},
  }));
  return openIssuer({ path, settings: { users } });
}

/** Signs people in on as many devices as it takes; gives the first refresh token of each family. */
export async function bearManyFamilies(issuer: TestIssuer, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const browser = issuer.browser();
    const who = `user${Math.floor(tokens.length / familiesPerUser)}`;
    // Sign-ins are limited per address, and there is one address.
    issuer.clock.advance(60);
    for (let each = 0; each < familiesPerDevice && tokens.length < count; each += 1) {
      const answer = await browser.authorize({ scope: 'offline_access eq1' }, who);
      const { status, body } = await redeem(issuer, answer.get('code') ?? '');
      if (status !== 200) throw new Error(`a code was refused: ${JSON.stringify(body)}`);
      tokens.push(String(body['refresh_token']));
    }
  }
  return tokens;
}

const atOnce = 250;

/** Rotates every token so many times by the service, below HTTP. Gives the newest tokens; throws when one is refused. */
export async function rotateAll(
  service: Service,
  tokens: readonly string[],
  rounds: number,
  onRound: (round: number) => void = () => undefined,
): Promise<string[]> {
  const client = await spa(service);
  let newest = [...tokens];
  for (let round = 1; round <= rounds; round += 1) {
    const next: string[] = [];
    for (let from = 0; from < newest.length; from += atOnce) {
      next.push(
        ...(await Promise.all(newest.slice(from, from + atOnce).map((token) => rotate(service, client, token)))),
      );
    }
    newest = next;
    onRound(round);
  }
  return newest;
}

async function rotate(service: Service, client: AuthenticatedClient, refreshToken: string): Promise<string> {
  const answer = await answerTokenRequest(
    service,
    { grantType: 'refresh_token', refreshToken, resources: [] },
    { client, address: '127.0.0.1', correlationId: 'many-families' },
  );
  if (!answer.ok) throw new Error(`a refresh was refused: ${answer.refusal.reason}`);
  return answer.value.refresh_token ?? '';
}

async function spa(service: Service): Promise<AuthenticatedClient> {
  const authentication = await authenticateClient(service, { method: 'none', clientId: 'lab-spa' }, '127.0.0.1');
  if (!authentication.ok) throw new Error(`the client was refused: ${authentication.refusal.reason}`);
  return authentication.client;
}
