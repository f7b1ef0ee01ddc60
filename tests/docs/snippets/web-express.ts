// #region begin
import { auth, authErrors, optionsFromEnvironment, requiresAuth } from '@ostiary/web';
import express from 'express';

export const app = express();

app.use(
  auth({
    // ISSUER_BASE_URL, BASE_URL, CLIENT_ID, CLIENT_SECRET, SECRET
    ...optionsFromEnvironment(process.env),
    authRequired: false,
    idpLogout: true,
    authorizationParams: {
      audience: 'https://api.example.com',
      scope: 'openid profile email offline_access read:reports',
    },
  }),
);

app.get('/', (request, response) => {
  const { user } = request.oidc;
  response.send(user === undefined ? 'Nobody is signed in' : `Hello ${String(user['name'])}`);
});
// #endregion begin

// #region call
app.get('/reports', requiresAuth(), async (request, response) => {
  const token = await request.oidc.getAccessToken();
  const answer = await fetch('https://api.example.com/reports', { headers: { authorization: `Bearer ${token}` } });
  response.status(answer.status).send(await answer.text());
});
// #endregion call

// #region loop
app.get('/expenses', requiresAuth(), async (req, res) => {
  let tokenSet = req.openid.tokens;
  if (tokenSet?.expired()) {
    tokenSet = await req.openid.client.refresh(tokenSet);
    tokenSet.refresh_token = req.openid.tokens?.refresh_token;
    req.openid.tokens = tokenSet;
  }
  res.send(tokenSet?.access_token);
});
// #endregion loop

// #region errors
// Behind all routes.
app.use(authErrors());
// #endregion errors
