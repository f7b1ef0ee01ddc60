// #region express
import { auth, requiredScopes } from '@ostiary/api';
import express from 'express';

const checkToken = auth({
  issuerBaseURL: 'http://localhost:4000',
  audience: 'https://api.example.com',
});

export const app = express();
app.use(checkToken);
app.get('/reports', requiredScopes('read:reports'), (req, res) => {
  res.json({ reportsOf: req.auth?.claims.sub });
});
// #endregion express

// #region demands
import { claimCheck, claimEquals, requireAcr, requireFreshLogin, scopeIncludesAny } from '@ostiary/api';

app.get('/summary', scopeIncludesAny('read:reports read:summary'), (_req, res) => void res.json('a summary'));
app.get('/tenant', claimEquals('tenant', 'north'), (_req, res) => void res.json('of the north'));
app.get(
  '/office',
  claimCheck(({ client_id }) => client_id !== 'example-job', 'people only'),
  (_req, res) => void res.json('open'),
);
app.post('/payments', requireFreshLogin({ maxAge: 300 }), requireAcr('2'), (_req, res) => void res.json('paid'));
// #endregion demands

export const { verifier } = checkToken;
