import { ApiError, auth, requiredScopes } from '@ostiary/api';
import type { AccessTokenVerifier } from '@ostiary/api';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import type { LabAddresses } from './addresses.ts';
import { createApiLog } from './api-log.ts';
import type { ApiLog } from './api-log.ts';
import type { FollowedClock } from './followed-clock.ts';

export const labApi = 'https://api.lab.example';
const reports = [
  { id: 'rep-1', title: 'Train to Bath', amount: '12.40' },
  { id: 'rep-2', title: 'Difference Engine, spare cogs', amount: '318.00' },
];

interface LabApiOptions {
  addresses: LabAddresses;
  /** Origins whose pages may read its answers. */
  pageOrigins: readonly string[];
  clock: FollowedClock;
}

export interface LabApi {
  app: Express;
  /** What it was asked. */
  log: ApiLog;
  /** What it knows of tokens that ended before their time. */
  revocations(): RevocationsKnown;
  close(): void;
}

export interface RevocationsKnown {
  entries: number;
  /** `loading` before the first word of the issuer, `stale` long after the last: then nobody is let in. */
  state: 'loading' | 'fresh' | 'stale';
}

/** The Lab API: one resource behind `read:reports`, once as RFC 6750 has it and once as some older APIs have it. */
export function createLabApi({ addresses, pageOrigins, clock }: LabApiOptions): LabApi {
  const log = createApiLog();
  const check = auth({
    issuerBaseURL: addresses.issuer,
    audience: labApi,
    // As strict as the hand of a clock: the Lab shows what happens when a token ends.
    clockTolerance: 0,
    realm: 'lab',
    passErrors: true,
    now: clock.nowMs,
    // For loopback only, as everything of the Lab.
    revocations: { clientSecret: 'lab-api-demo-secret' },
  });
  const app = express();
  app.disable('x-powered-by');
  app.use(crossOrigin(pageOrigins), async (_request, _response, next) => {
    await clock.follow();
    next();
  });
  app.get(['/', '/reports', '/legacy/reports'], check, requiredScopes('read:reports'), (req, res) => {
    const issuedAtSeconds = req.auth?.claims.iat ?? 0;
    console.log(new Date(issuedAtSeconds * 1000));
    log.add({ atMs: clock.nowMs(), path: req.path, status: 200, issuedAtSeconds });
    res.json({ reports, tokenIssuedAtSeconds: issuedAtSeconds, answeredAtMs: clock.nowMs() });
  });
  app.use((_request, response) => void response.status(404).json({ error: 'not_found' }));
  app.use(refusals(log, clock));
  return { app, log, revocations: () => knownOf(check.verifier), close: () => check.verifier.close() };
}

function knownOf(verifier: AccessTokenVerifier): RevocationsKnown {
  const feed = verifier.state().revocations;
  const counts = Object.values(feed?.entries ?? {});
  return { entries: counts.reduce((sum, count) => sum + count, 0), state: feed?.kind ?? 'loading' };
}

/** Lets pages of these origins send a token and read what comes back. */
function crossOrigin(origins: readonly string[]): RequestHandler {
  return ({ method, headers: { origin } }, response, next) => {
    response.set({ 'cache-control': 'no-store', vary: 'origin' });
    if (origin !== undefined && origins.includes(origin)) {
      response.set({
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization',
        'access-control-expose-headers': 'www-authenticate',
      });
    }
    if (method === 'OPTIONS') return void response.status(204).end();
    next();
  };
}

/** Answers and writes down why a token was refused. The legacy path says 403 to an expired one. */
function refusals(log: ApiLog, clock: FollowedClock): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (!(error instanceof ApiError)) return next(error);
    const { reason, headers, problem } = error;
    const isLegacy = reason === 'expired' && request.path.startsWith('/legacy/');
    const status = isLegacy ? 403 : error.status;
    log.add({ atMs: clock.nowMs(), path: request.path, status, reason });
    response.status(status).set(headers).json(problem);
  };
}
