import type { ErrorRequestHandler } from 'express';
import { WebError } from '@ostiary/web';
import { html } from 'hono/html';
import type { LabAddresses } from '../addresses.ts';
import { webDocument } from './document.ts';
import { storyOf } from './show-expenses.ts';
import type { WebAppParts } from './parts.ts';

/** What the person is told when a request came to nothing, and the way on. */
export function problemPage({ addresses, clock, stories }: WebAppParts): ErrorRequestHandler {
  return async (error: unknown, { oidc }, response, next) => {
    if (response.headersSent) return next(error);
    const known = error instanceof WebError ? error : undefined;
    if (known === undefined) console.error(`Lab web app: ${error instanceof Error ? error.message : String(error)}`);
    const words = known?.message ?? 'the issuer or the API cannot be reached';
    if (known?.code === 'session_ended' && oidc.isAuthenticated()) {
      const reason = `The issuer says ${known.error ?? known.code}: ${words}.`;
      stories.happened(storyOf(oidc), clock.nowMs(), { kind: 'ended', cause: 'invalid_grant', reason });
    }
    response
      .status(known?.status ?? 503)
      .send(await page(addresses, { words, code: known?.error ?? known?.code ?? 'unreachable' }));
  };
}

function page(addresses: LabAddresses, { words, code }: { words: string; code: string }): Promise<string> {
  return webDocument(addresses, {
    path: '/',
    title: 'A web app and its API',
    lead: html`This is as far as it goes.`,
    script: 'web-app.ts',
    main: html`
      <p id="status" data-testid="status" data-state="error" class="status" role="status">${words} (<code>${code}</code>)</p>
      <div class="buttons">
        <a class="button primary" id="sign-in-again" href="/sign-in?offline=yes">Sign in again</a>
        <a class="button" href="/">To the beginning</a>
      </div>
    `,
  });
}
