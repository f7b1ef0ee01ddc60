import { createRequire } from 'node:module';
import { auth, createAccessTokenVerifier } from '@ostiary/api';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { ApiIssuer } from './api-issuer.ts';

/** Something that checks access tokens, fresh: it has seen none. */
export interface Validator {
  /** Rejects when the token is refused. */
  check(token: string): Promise<void>;
  close(): void;
}

export const VALIDATORS = [
  '@ostiary/api, verify()',
  '@ostiary/api, auth()',
  '@ostiary/api, auth() with the feed',
  'express-oauth2-jwt-bearer, auth()',
  'jose, jwtVerify()',
] as const;
export type ValidatorName = (typeof VALIDATORS)[number];

export async function openValidator(name: ValidatorName, issuer: ApiIssuer): Promise<Validator> {
  const settings = { issuerBaseURL: issuer.url, audience: issuer.audience };
  switch (name) {
    case '@ostiary/api, verify()': {
      const verifier = createAccessTokenVerifier(settings);
      return {
        check: async (token) => {
          const facts = { authorization: `Bearer ${token}`, method: 'GET', url: `${issuer.audience}/reports` };
          if (!(await verifier.verify(facts)).ok) throw new Error('refused');
        },
        close: () => verifier.close(),
      };
    }
    case '@ostiary/api, auth()':
    case '@ostiary/api, auth() with the feed': {
      const revocations = name.endsWith('feed') ? { clientSecret: 'bench' } : undefined;
      const middleware = auth({ ...settings, ...(revocations && { revocations }) });
      await middleware.verifier.ready();
      return { check: throughMiddleware(middleware as Middleware), close: () => middleware.verifier.close() };
    }
    case 'express-oauth2-jwt-bearer, auth()':
      return { check: throughMiddleware(peer.auth({ ...settings, strict: true })), close: () => {} };
    case 'jose, jwtVerify()': {
      const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
      const options = { issuer: issuer.url, audience: issuer.audience, typ: 'at+jwt', algorithms: ['ES256'] };
      return { check: async (token) => void (await jwtVerify(token, keys, options)), close: () => {} };
    }
  }
}

type Middleware = (request: object, response: object, next: (fault?: unknown) => void) => unknown;

// Its types and ours declare the same property of Express's request.
const peer = createRequire(import.meta.url)('express-oauth2-jwt-bearer') as { auth(settings: object): Middleware };

/** Calls a middleware with as much of a request as all of them look at. */
function throughMiddleware(middleware: Middleware): (token: string) => Promise<void> {
  return (token) =>
    new Promise((resolve, reject) => {
      const authorization = `Bearer ${token}`;
      const request = {
        method: 'GET',
        url: '/reports',
        originalUrl: '/reports',
        protocol: 'https',
        query: {},
        headers: { host: 'api.bench.example', authorization },
        headersDistinct: { host: ['api.bench.example'], authorization: [authorization] },
        get: (name: string) => (name.toLowerCase() === 'host' ? 'api.bench.example' : undefined),
        is: () => false,
      };
      const response = { setHeader: () => {}, writeHead: () => response, end: () => reject(new Error('refused')) };
      middleware(request, response, (fault) => (fault === undefined ? resolve() : reject(fault as Error)));
    });
}
