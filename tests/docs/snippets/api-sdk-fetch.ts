// #region fetch
import { auth, requiredScopes, resourceMetadata } from '@ostiary/api/fetch';

const protect = auth({
  issuerBaseURL: 'http://localhost:4000',
  audience: 'https://api.example.com',
  resource: { name: 'Reports', scopes: ['read:reports'] },
  dpop: { nonce: true },
  baseURL: 'https://api.example.com',
});

const reports = protect(
  (_request, { claims }) => Response.json({ reportsOf: claims.sub }),
  requiredScopes('read:reports'),
);

export function handle(request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  return pathname === '/.well-known/oauth-protected-resource' ? resourceMetadata(protect) : reports(request);
}
// #endregion fetch
