import { answerConsent, currentSignIn, findInteraction, isCsrfTokenRight, readParameters } from '@ostiary/service';
import type { Hono } from 'hono';
import { seeOther } from '../answers.ts';
import { knownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { readForm } from '../form.ts';
import { withQuery } from '../return-to-client.ts';
import { consentCsrfPurpose, showConsent } from '../views/consent.ts';
import { rejectForm, showError } from '../views/error.ts';
import { lead } from './authorize.ts';

const maxBytes = 16_384;

/** The consent page: what is granted is decided by the ticket alone, never by the form. */
export function consentRoutes(app: Hono<Bindings>, context: HttpContext): void {
  const { service, basePath } = context;
  app.get('/consent', async (c) => {
    const known = knownBrowser(c, context);
    const ticket = c.req.query('ticket') ?? '';
    const [interaction, signedIn] = await Promise.all([
      findInteraction(service, ticket, known.browser),
      currentSignIn(service, known.browser),
    ]);
    if (interaction === undefined || signedIn === undefined)
      return seeOther(c, withQuery(`${basePath}/authorize/resume`, { ticket }));
    const consent = await service.store.consents.find(signedIn.user.id, interaction.request.clientId);
    return showConsent(c, context, known, { ticket, interaction, signedIn, consent });
  });
  app.post('/consent', async (c) => {
    const form = await readForm(c.req.raw, maxBytes);
    if (!form.ok) return showError(c, context, form.refusal);
    const read = readParameters(form.pairs);
    if (!read.ok) return showError(c, context, read.refusal);
    const { single } = read.value;
    const known = knownBrowser(c, context);
    const ticket = single.get('ticket') ?? '';
    if (!isCsrfTokenRight(service, known.browser, consentCsrfPurpose(ticket), single.get('csrf'))) {
      return rejectForm(c, context, withQuery('/consent', { ticket }));
    }
    const decision = single.get('decision');
    if (decision !== 'allow' && decision !== 'deny') {
      return showError(c, context, { reason: 'parameter_malformed', parameter: 'decision' });
    }
    return lead(c, context, known, await answerConsent(service, ticket, decision, known.browser));
  });
}
