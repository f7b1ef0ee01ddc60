import type { RequestHandler } from 'express';
import type { ShowExpenses } from './show-expenses.ts';

/** The same without a loop: whoever asks for an access token gets one that lives. */
export function withoutLoop(show: ShowExpenses): RequestHandler {
  return async (req, res, next) => {
    try {
      // #region short
      const accessToken = await req.oidc.getAccessToken();
      // #endregion
      await show(req, res, { form: 'short', accessToken });
    } catch (error) {
      next(error);
    }
  };
}
