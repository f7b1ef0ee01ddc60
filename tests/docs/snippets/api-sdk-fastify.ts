// #region fastify
import { auth, authOf, requiredScopes } from '@ostiary/api/fastify';
import fastify from 'fastify';

export const app = fastify();
await app.register(auth, { issuerBaseURL: 'http://localhost:4000', audience: 'https://api.example.com' });
app.get('/reports', { preHandler: requiredScopes('read:reports') }, async (request) => ({
  reportsOf: authOf(request)?.claims.sub,
}));
// #endregion fastify
