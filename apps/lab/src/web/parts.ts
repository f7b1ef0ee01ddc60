import type { Router } from 'express';
import type { LabAddresses } from '../addresses.ts';
import type { LabApi } from '../api.ts';
import type { FollowedClock } from '../followed-clock.ts';
import type { IssuerClock } from '../issuer-clock.ts';
import type { IssuerOverlay } from '../issuer-overlay.ts';
import type { AppClock } from './app-clock.ts';
import type { Stories } from './story.ts';

/** What the web app is given. */
export interface WebAppOptions {
  addresses: LabAddresses;
  issuerClock: IssuerClock;
  clock: FollowedClock;
  overlay: IssuerOverlay;
  api: Pick<LabApi, 'log' | 'revocations'>;
}

/** What its routes share. */
export interface WebAppParts extends WebAppOptions {
  stories: Stories;
  /** Of this app alone; all else goes by the right one. */
  appClock: AppClock;
}

/** Pages of the web app beside its own. `req.oidc` and `req.openid` are there, and forms are read. */
export interface WebScene {
  routes: Router;
  /** Ends what it opened. */
  close(): Promise<void>;
}
