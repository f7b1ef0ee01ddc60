// #region bff
import { optionsFromEnvironment } from '@ostiary/web';
import { bff } from '@ostiary/web/bff';
import express from 'express';

export const app = express();
app.use(
  bff({
    ...optionsFromEnvironment(process.env),
    authorizationParams: { audience: 'https://api.example.com', scope: 'openid profile offline_access read:reports' },
    upstreams: [{ path: '/reports', target: 'https://api.example.com/reports', methods: ['GET'] }],
  }),
);
// #endregion bff
