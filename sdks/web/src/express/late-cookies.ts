import type { ServerResponse } from 'node:http';
import type { Visit } from '../visit.ts';

/**
 * Adds the visit's cookies when the answer's head is written, whoever writes it. An answer that is ended while the session is
 * still being kept waits for it.
 */
export function addCookiesLate(response: ServerResponse, visit: Visit): void {
  const { writeHead, end } = response;
  let isAdded = false;
  response.writeHead = function withCookies(this: ServerResponse, ...args: Parameters<typeof writeHead>) {
    if (!isAdded) addNow(response, visit.cookieLines());
    isAdded = true;
    return writeHead.apply(this, args);
  } as typeof writeHead;
  response.end = function afterwards(this: ServerResponse, ...args: unknown[]) {
    response.end = end;
    const endNow = () => void Reflect.apply(end, response, args);
    const refuse = () => {
      response.statusCode = 503;
      Reflect.apply(end, response, []);
    };
    if (response.headersSent) endNow();
    else visit.done().then(endNow, refuse);
    return response;
  } as typeof end;
}

/** An answer that sets a session's cookie is nobody else's: it must not stay in a cache. */
function addNow(response: ServerResponse, lines: readonly string[]): void {
  if (lines.length === 0) return;
  response.setHeader('cache-control', 'no-store');
  for (const line of lines) response.appendHeader('set-cookie', line);
}
