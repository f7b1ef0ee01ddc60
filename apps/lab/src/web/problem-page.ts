import type { ErrorRequestHandler } from 'express';
import { WebError } from '@ostiary/web';
import { html } from 'hono/html';
import type { LabAddresses } from '../addresses.ts';
import { webDocument } from './document.ts';
import type { WebAppParts } from './parts.ts';

/** What the person is told when a request came to nothing, and the way on. */
export function problemPage({
  addresses,
  clock,
  stories,
}: Pick<WebAppParts, 'addresses' | 'clock' | 'stories'>): ErrorRequestHandler {
  return async (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = problemOf(error);
    const sid: unknown = response.locals['story'];
    if (problem.hasEnded && typeof sid === 'string')
      stories.happened(sid, clock.nowMs(), { kind: 'ended', cause: 'invalid_grant', reason: problem.words });
    response.status(problem.status).send(await problemDocument(addresses, problem.words));
  };
}

interface ShownProblem {
  status: number;
  words: string;
  hasEnded: boolean;
}

function problemOf(error: unknown): ShownProblem {
  if (!(error instanceof WebError)) {
    console.error(`Lab web app: ${error instanceof Error ? error.message : String(error)}`);
    return { status: 503, words: 'The issuer or the API cannot be reached.', hasEnded: false };
  }
  const { code, error: wireCode = code, message, status } = error;
  const hasEnded = code === 'session_ended';
  const said = `${message} (${wireCode})`;
  const words = hasEnded ? `Your session has ended: ${said}.` : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
  return { status, words, hasEnded };
}

/** A page of these words, with the ways on. */
export function problemDocument(addresses: LabAddresses, words: string): Promise<string> {
  return webDocument(addresses, {
    path: '/',
    title: 'A web app and its API',
    lead: html`This is as far as it goes without you.`,
    script: 'web-app.ts',
    main: html`
      <p id="status" data-testid="status" data-state="error" class="status" role="status">${words}</p>
      <div class="buttons">
        <a class="button primary" id="sign-in-again" href="/sign-in?offline=yes">Sign in again</a>
        <a class="button" href="/">To the beginning</a>
      </div>
    `,
  });
}
