import { homePage, icon } from '@ostiary/pages';
import type { Hono } from 'hono';
import { answer, htmlAnswer } from '../answers.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { pagePolicy } from '../security-headers.ts';
import { accountPaths } from '../views/account.ts';
import { lookFor } from '../views/look.ts';

/** The issuer's front door, and the stylesheet of every page under a name that changes with its content. */
export function homeRoutes(app: Hono<Bindings>, context: HttpContext): void {
  const { issuer, basePath, stylesheet } = context;
  app.get('/', (c) => {
    const view = {
      issuer,
      accountHref: basePath + accountPaths.page,
      discoveryHref: `${basePath}/.well-known/openid-configuration`,
    };
    return htmlAnswer(c, homePage(view, lookFor(c.req.raw, context)), pagePolicy());
  });
  app.get(`/assets/ostiary.${stylesheet.hash}.css`, (c) => {
    const headers = {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'public, max-age=31536000, immutable',
    };
    return answer(c, stylesheet.css, 200, headers);
  });
  app.get('/assets/ostiary.svg', (c) =>
    answer(c, icon, 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' }),
  );
}
