import type { HttpContext } from './context.ts';

const allowedHeaders = 'authorization, content-type, dpop';
const exposedHeaders = 'www-authenticate, retry-after, date';

/** CORS headers for the origins that clients registered. Never with credentials: these endpoints know no cookies. */
export function corsHeaders(request: Request, { allowedOrigins }: HttpContext): [string, string][] {
  const origin = request.headers.get('origin');
  if (origin === null) return [];
  const vary: [string, string] = ['Vary', 'Origin'];
  if (!allowedOrigins.has(origin)) return [vary];
  return [vary, ['Access-Control-Allow-Origin', origin], ['Access-Control-Expose-Headers', exposedHeaders]];
}

/** Answer to a preflight request (Fetch standard, CORS-preflight fetch). */
export function preflightAnswer(request: Request, context: HttpContext, methods: string): Response {
  const headers = new Headers(corsHeaders(request, context));
  if (headers.has('Access-Control-Allow-Origin')) {
    headers.set('Access-Control-Allow-Methods', methods);
    headers.set('Access-Control-Allow-Headers', allowedHeaders);
    headers.set('Access-Control-Max-Age', '600');
  }
  return new Response(null, { status: 204, headers });
}
