import { introspectToken, revokeToken } from '@ostiary/service';
import type { Hono } from 'hono';
import { answer, jsonAnswer, oauthErrorAnswer } from '../answers.ts';
import { readCallerCall, readClientCall } from '../client-call.ts';
import type { Bindings, HttpContext } from '../context.ts';

/** Revocation. @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 section 2} */
export function revocationRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.post('/revoke', async (c) => {
    const read = await readClientCall(c, context);
    if (!read.ok) return oauthErrorAnswer(c, read.refusal);
    const token = read.call.parameters.single.get('token');
    if (token === undefined) return oauthErrorAnswer(c, { reason: 'parameter_missing', parameter: 'token' });
    const result = await revokeToken(context.service, token, read.call);
    return result.ok ? answer(c, null, 200, { 'Cache-Control': 'no-store' }) : oauthErrorAnswer(c, result.refusal);
  });
}

/** Introspection. @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2} */
export function introspectionRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.post('/introspect', async (c) => {
    const read = await readCallerCall(c, context);
    if (!read.ok) return oauthErrorAnswer(c, read.refusal);
    const token = read.call.parameters.single.get('token');
    if (token === undefined) return oauthErrorAnswer(c, { reason: 'parameter_missing', parameter: 'token' });
    const result = await introspectToken(context.service, token, read.call);
    return result.ok ? jsonAnswer(c, result.value) : oauthErrorAnswer(c, result.refusal);
  });
}
