// #region feed
import { auth } from '@ostiary/api';
import express from 'express';

const checkToken = auth({
  issuerBaseURL: 'http://localhost:4000',
  audience: 'https://api.example.com',
  revocations: {
    clientSecret: process.env['EXAMPLE_API_SECRET'] ?? '',
    onFeedStale: ({ trouble }) => console.error('what was revoked is not known:', trouble),
  },
});
// #endregion feed

// #region ready
export const app = express();
app.get('/ready', (_req, res) => {
  const { revocations } = checkToken.verifier.state();
  res.status(revocations?.kind === 'fresh' ? 200 : 503).json(revocations);
});
app.get('/reports', checkToken, (_req, res) => void res.json('reports'));
// #endregion ready

// #region close
export function stop(): void {
  checkToken.verifier.close();
}
// #endregion close

export const { verifier } = checkToken;
