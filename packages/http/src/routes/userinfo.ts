import { endpoints, readParameters, readUserInfo, type Refusal } from '@ostiary/service';
import type { Context, Hono } from 'hono';
import { jsonAnswer, resourceErrorAnswer } from '../answers.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { readForm } from '../form.ts';
import { provenKey } from '../proof.ts';

const maxBytes = 16_384;

/** UserInfo, by GET and POST. @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core 5.3} */
export function userinfoRoutes(app: Hono<Bindings>, context: HttpContext): void {
  app.get('/userinfo', (c) => answer(c, context, { ok: true }));
  app.post('/userinfo', async (c) => answer(c, context, await tokenInBody(c.req.raw)));
}

async function answer(c: Context<Bindings>, context: HttpContext, body: BodyToken): Promise<Response> {
  if (!body.ok) return resourceErrorAnswer(c, body.refusal);
  const [, scheme, headerToken] =
    /^(Bearer|DPoP) +([A-Za-z0-9._~+/=-]+) *$/i.exec(c.req.header('authorization') ?? '') ?? [];
  // RFC 6750 section 2: MUST NOT use more than one method; a token in the query is ignored.
  if (headerToken !== undefined && body.token !== undefined)
    return resourceErrorAnswer(c, { reason: 'access_token_twice' });
  const token = headerToken ?? body.token;
  if (token === undefined) return resourceErrorAnswer(c, { reason: 'access_token_missing' });
  const { correlationId } = c.env;
  if (scheme?.toLowerCase() !== 'dpop') return told(c, await readUserInfo(context.service, token, { correlationId }));
  const proof = provenKey(c, context, { path: endpoints.userinfo, accessToken: token, isNonceNeeded: false });
  if (!proof.ok) return resourceErrorAnswer(c, proof.refusal, 'DPoP');
  if (proof.key === undefined) return resourceErrorAnswer(c, { reason: 'proof_required' }, 'DPoP');
  return told(c, await readUserInfo(context.service, token, { proven: proof.key, correlationId }), 'DPoP');
}

function told(c: Context<Bindings>, claims: Awaited<ReturnType<typeof readUserInfo>>, scheme?: 'DPoP'): Response {
  return claims.ok ? jsonAnswer(c, claims.value) : resourceErrorAnswer(c, claims.refusal, scheme);
}

type BodyToken = { ok: true; token?: string } | { ok: false; refusal: Refusal };

/** A body of another kind than a form holds no token. */
async function tokenInBody(request: Request): Promise<BodyToken> {
  if (request.headers.get('content-type') === null) return { ok: true };
  const form = await readForm(request, maxBytes);
  if (!form.ok) return { ok: true };
  const read = readParameters(form.pairs);
  if (!read.ok) return { ok: false, refusal: read.refusal };
  const token = read.value.single.get('access_token');
  return { ok: true, ...(token !== undefined && { token }) };
}
