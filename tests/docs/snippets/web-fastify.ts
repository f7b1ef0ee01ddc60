// #region fastify
import { optionsFromEnvironment } from '@ostiary/web';
import { auth, authErrors, requiresAuth, send } from '@ostiary/web/fastify';
import fastify from 'fastify';

export const app = fastify();
await app.register(auth, { ...optionsFromEnvironment(process.env), authRequired: false });
app.setErrorHandler(authErrors);
app.get('/', { preHandler: requiresAuth() }, async ({ oidc }) => `Hello ${String(oidc.user?.['name'])}`);
app.get('/out', async (request, reply) => send(reply, await request.auth.logout()));
// #endregion fastify
