import type { TokenSet } from '@ostiary/web';
import type { Request, RequestHandler } from 'express';
import type { ShowExpenses } from './show-expenses.ts';

/**
 * The handler of `/expenses` with the loop of the exercise, letter by letter: the old refresh token is always put back. It works
 * where refresh tokens are not rotated, and where they are: a token that the session has left behind is not taken back.
 */
export function literalLoop(show: ShowExpenses): RequestHandler {
  return async (req, res, next) => {
    if (!hasTokens(req)) return next(new Error('the sign-in brought no access token'));
    try {
      // #region literal
      let tokenSet = req.openid.tokens;
      if (tokenSet.expired()) {
        tokenSet = await req.openid.client.refresh(tokenSet);
        tokenSet.refresh_token = req.openid.tokens.refresh_token;
        req.openid.tokens = tokenSet;
      }
      // #endregion
      await show(req, res, { form: 'loop', accessToken: tokenSet.access_token });
    } catch (error) {
      next(error);
    }
  };
}

function hasTokens(req: Request): req is Request & { openid: { tokens: TokenSet } } {
  return req.openid.tokens !== undefined;
}
