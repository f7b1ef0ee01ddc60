import { endpoints, refreshDirectly, signInDirectly, type Answer } from '@ostiary/service';
import type { DirectAnswer } from '@ostiary/wire';
import type { Context, Hono } from 'hono';
import { errorBody, jsonAnswer, oauthErrorAnswer, refusalAnswer } from '../answers.ts';
import { readJsonCall } from '../client-call.ts';
import type { Bindings, HttpContext } from '../context.ts';

/** The JSON calls of back ends of the house. No browser may make them: clients authenticate, and there is no CORS. */
export function directRoutes(app: Hono<Bindings>, context: HttpContext): void {
  for (const [path, operation] of [
    [endpoints.directSignIn, signInDirectly],
    [endpoints.directRefresh, refreshDirectly],
  ] as const) {
    app.post(path, async (c) => {
      const read = await readJsonCall(c, context);
      if (!read.ok) return oauthErrorAnswer(c, read.refusal);
      return told(c, await operation(context.service, read.call));
    });
  }
}

/** A front end signs its user out when it reads `"result": "invalid"`, and for nothing else. */
function told(c: Context<Bindings>, answer: Answer<DirectAnswer>): Response {
  if (answer.ok) return jsonAnswer(c, answer.value);
  const body = errorBody(answer.refusal);
  const invalid = body.error === 'invalid_grant' ? { result: 'invalid' } : {};
  return refusalAnswer(c, answer.refusal, { ...body, ...invalid });
}
