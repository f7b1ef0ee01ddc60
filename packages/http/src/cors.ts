import type { HttpContext } from './context.ts';

const allowedHeaders = 'authorization, content-type, dpop';
const exposedHeaders = 'www-authenticate, retry-after, date, dpop-nonce';

/** CORS headers for the origins that clients registered. Never with credentials: these endpoints know no cookies. */
export function corsHeaders(request: Request, { allowedOrigins }: HttpContext): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null) return {};
  if (!allowedOrigins.has(origin)) return { Vary: 'Origin' };
  return { Vary: 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposedHeaders };
}

/** Answer to a preflight request (Fetch standard, CORS-preflight fetch); `headers` are those of every answer to it. */
export function preflightAnswer(headers: Record<string, string>, methods: string): Response {
  const isAllowed = Object.hasOwn(headers, 'Access-Control-Allow-Origin');
  const allowance = {
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': allowedHeaders,
    'Access-Control-Max-Age': '600',
  };
  return new Response(null, { status: 204, headers: { ...headers, ...(isAllowed && allowance) } });
}
