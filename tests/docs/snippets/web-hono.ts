// #region hono
import { optionsFromEnvironment } from '@ostiary/web';
import { auth, requiresAuth } from '@ostiary/web/hono';
import type { AuthVariables } from '@ostiary/web/hono';
import { Hono } from 'hono';

export const app = new Hono<{ Variables: AuthVariables }>();
app.use(auth({ ...optionsFromEnvironment(process.env), authRequired: false }));
app.get('/', requiresAuth(), (c) => c.text(`Hello ${String(c.get('oidc').user?.['name'])}`));
app.get('/out', (c) => c.get('auth').logout());
// #endregion hono
