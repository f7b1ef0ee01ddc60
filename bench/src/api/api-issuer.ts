import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The least issuer that an API can trust: metadata, keys, a feed of revocations, and tokens. */
export interface ApiIssuer {
  url: string;
  audience: string;
  /** A good access token, another one each time. */
  token(): string;
  close(): Promise<void>;
}

const audience = 'https://api.bench.example';
const heartbeatMs = 2_000;

/** @param ended how many entries the feed of revocations holds */
export async function openApiIssuer(ended: number): Promise<ApiIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' };
  const signed = (typ: string, claims: object): string => {
    const input = `${encode({ alg: 'ES256', typ, kid: 'bench' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  let url = '';
  let seq = 0;
  const batch = (): string => {
    const entries =
      seq > 0 ? [] : Array.from({ length: ended }, () => ({ k: 'fam', h: `fam_${randomUUID()}`, exp: now() + 86_400 }));
    seq += 1;
    return signed('revocations+jwt', { iss: url, iat: now(), feed: 'bench', seq, full: seq === 1, entries });
  };
  const server = createServer((request, response) => {
    if (request.url !== '/revocations') {
      const body = request.url === '/jwks' ? { keys: [jwk] } : describe(url);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const send = (): void => void response.write(`event: revocations\ndata: ${batch()}\n\n`);
    seq = 0;
    send();
    const timer = setInterval(send, heartbeatMs);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    audience,
    token: () => signed('at+jwt', claimsOf(url)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function describe(url: string): object {
  return {
    issuer: url,
    jwks_uri: `${url}/jwks`,
    revocation_feed_endpoint: `${url}/revocations`,
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

/** As an Ostiary issuer writes them. */
function claimsOf(iss: string): object {
  return {
    iss,
    sub: `usr_${'a'.repeat(22)}`,
    aud: audience,
    client_id: 'bench-spa-1',
    scope: 'openid offline_access read:reports',
    iat: now(),
    exp: now() + 3_600,
    jti: randomUUID(),
    auth_time: now(),
    acr: '1',
    sid: `ses_${'c'.repeat(22)}`,
    fam: `fam_${'d'.repeat(22)}`,
    dev: `dev_${'e'.repeat(22)}`,
    uep: 0,
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
