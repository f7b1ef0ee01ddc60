// #region receive
import { receiveGrants, sendGrant } from '@ostiary/worker';
import type { GrantWorker, HandedTokens } from '@ostiary/worker';

/** Both sides have it; it is for hand-overs alone. */
const keys = [{ id: 'h1', key: process.env.HAND_OVER_KEY ?? '' }];

/** In the worker: a Fetch-style handler to mount at one path, `POST /grants`. */
export function grantsHandler(worker: GrantWorker): (request: Request) => Promise<Response> {
  return receiveGrants(worker, { keys });
}
// #endregion receive

// #region send
/** In the web app. What is lost on the way is sent again; arriving twice does no harm. */
export function handOver(tokens: HandedTokens): Promise<string> {
  return sendGrant('https://worker.example.com/grants', tokens, { keys });
}
// #endregion send
