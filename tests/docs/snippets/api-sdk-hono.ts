// #region hono
import { auth, requiredScopes, type ApiVariables } from '@ostiary/api/hono';
import { Hono } from 'hono';

export const app = new Hono<{ Variables: ApiVariables }>();
app.use(
  auth({
    issuerBaseURL: 'http://localhost:4000',
    audience: 'https://api.example.com',
    introspection: { clientSecret: process.env['EXAMPLE_API_SECRET'] ?? '' },
  }),
);
app.get('/reports', requiredScopes('read:reports'), (c) => c.json({ reportsOf: c.get('auth').claims.sub }));
// #endregion hono
