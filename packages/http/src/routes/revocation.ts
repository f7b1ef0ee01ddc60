import { introspectToken, revokeToken } from '@ostiary/service';
import type { Hono } from 'hono';
import { jsonAnswer, oauthErrorAnswer } from '../answers.ts';
import { readClientCall } from '../client-call.ts';
import type { Bindings, HttpContext } from '../context.ts';

/** Revocation. @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 section 2} */
export function revocationRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.post('/revoke', async (c) => {
    const read = await readClientCall(c, context);
    if (!read.ok) return oauthErrorAnswer(read.refusal);
    const token = read.call.parameters.single.get('token');
    if (token === undefined) return oauthErrorAnswer({ reason: 'parameter_missing', parameter: 'token' });
    const answer = await revokeToken(context.service, token, read.call);
    return answer.ok
      ? new Response(null, { status: 200, headers: { 'Cache-Control': 'no-store' } })
      : oauthErrorAnswer(answer.refusal);
  });
}

/** Introspection. @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2} */
export function introspectionRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.post('/introspect', async (c) => {
    const read = await readClientCall(c, context);
    if (!read.ok) return oauthErrorAnswer(read.refusal);
    const token = read.call.parameters.single.get('token');
    if (token === undefined) return oauthErrorAnswer({ reason: 'parameter_missing', parameter: 'token' });
    const answer = await introspectToken(context.service, token, read.call);
    return answer.ok ? jsonAnswer(answer.value) : oauthErrorAnswer(answer.refusal);
  });
}
