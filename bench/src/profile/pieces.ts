import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import { signEs256 } from '../floor/es256.ts';
import { refreshKey } from '../floor/refresh-key.ts';
import { isTagRight, mintRefreshToken, parseRefreshToken } from '../refresh-token.ts';
import type { Table } from '../report.ts';
import { median } from '../statistics.ts';

const ROUNDS = 9;
const ROUND_MICROSECONDS = 40_000;

const claims = {
  iss: 'https://issuer.bench.example',
  sub: `usr_${'a'.repeat(22)}`,
  aud: 'https://api.bench.example',
  client_id: 'bench-spa-1',
  scope: 'openid offline_access read:reports',
  iat: 1_790_000_000,
  exp: 1_790_003_600,
  jti: 'b'.repeat(22),
  auth_time: 1_790_000_000,
  acr: '1',
  sid: `ses_${'c'.repeat(22)}`,
  fam: `fam_${'d'.repeat(22)}`,
  dev: `dev_${'e'.repeat(22)}`,
  uep: 0,
};
const encoded = Buffer.from(JSON.stringify(claims)).toString('base64url');
const signingInput = Buffer.from(
  `${Buffer.from('{"alg":"ES256","typ":"at+jwt","kid":"0123456789abcdef"}').toString('base64url')}.${encoded}`,
);
const accessToken = `${signingInput.toString()}.${'f'.repeat(86)}`;
const family = { handle: randomBytes(16), salt: randomBytes(16), generation: 7 };
const refreshToken = mintRefreshToken(refreshKey, family);
const presented = parseRefreshToken(refreshToken, refreshKey)!;
const form = `grant_type=refresh_token&client_id=bench-spa-1&refresh_token=${refreshToken}`;
const answer = {
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: 3600,
  scope: claims.scope,
  id_token: accessToken,
  refresh_token: refreshToken,
};
const answerText = JSON.stringify(answer);
const headers = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  Vary: 'Origin',
  'Access-Control-Allow-Origin': 'https://spa.bench.example',
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
};
const ownHeaders = { 'Content-Length': '1800' };
const cookies = `theme=dark; ostiary-device-4000=${'g'.repeat(86)}; ostiary-session-4000=${'h'.repeat(43)}`;
const cookieKey = createSecretKey(randomBytes(32));

/** The pieces of work that requests are made of, how often a refresh does each, and what is done. */
const pieces: [name: string, perRefresh: number, work: () => unknown][] = [
  ['signature by ES256, 500 bytes', 2, () => signEs256(signingInput)],
  ['tag of a refresh token: HMAC-SHA-256', 2, () => isTagRight(refreshKey, presented, family.salt)],
  ['at_hash: SHA-256 of an access token', 1, () => hash('sha256', accessToken, 'buffer').toString('base64url', 0, 16)],
  ['refresh token taken apart, one spelling', 1, () => parseRefreshToken(refreshToken, refreshKey)],
  ['claims to JSON to base64url', 2, () => Buffer.from(JSON.stringify(claims)).toString('base64url')],
  ['token answer to JSON', 1, () => JSON.stringify(answer)],
  ['token answer from JSON (the client does this)', 0, () => JSON.parse(answerText) as unknown],
  ['form parsed', 1, () => [...new URLSearchParams(form)]],
  ['headers of the answer put together from two lists', 1, () => ({ ...headers, ...ownHeaders })],
  ['the same as a Headers object (not on this path)', 0, () => new Headers(headers)],
  [
    'a cookie found among three (pages only)',
    0,
    () => cookies.split(';').find((part) => part.trim().startsWith('ostiary-session-4000=')),
  ],
  [
    'device cookie checked: HMAC-SHA-256 (pages only)',
    0,
    () => createHmac('sha256', cookieKey).update(cookies).digest('base64url'),
  ],
  ['digest of a code, cookie or attempt: SHA-256', 0, () => hash('sha256', 'i'.repeat(43), 'base64url')],
  ['16 random bytes, asked of the system one by one', 0, () => randomBytes(16)],
];

/** What each piece costs in CPU, measured in turn in one process. */
export function measurePieces(): Table {
  const times = pieces.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    pieces.forEach(([, , work], index) => {
      const time = microsecondsOf(work);
      if (round > 0) times[index]!.push(time);
    });
  }
  return {
    title: 'what the pieces cost',
    head: ['piece of work', 'CPU us', 'in a refresh', 'together us'],
    rows: pieces.map(([name, perRefresh], index) => {
      const each = median(times[index]!);
      return [name, each.toFixed(2), `${perRefresh} x`, perRefresh === 0 ? '-' : (perRefresh * each).toFixed(2)];
    }),
  };
}

function microsecondsOf(work: () => unknown): number {
  let done = 0;
  const before = process.cpuUsage();
  for (;;) {
    for (let turn = 0; turn < 100; turn++) work();
    done += 100;
    const { user, system } = process.cpuUsage(before);
    if (user + system > ROUND_MICROSECONDS) return (user + system) / done;
  }
}
