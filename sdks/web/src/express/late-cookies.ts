import type { ServerResponse } from 'node:http';
import { cacheRule } from '../answers.ts';
import type { Visit } from '../visit.ts';

/**
 * Adds the visit's cookies when the answer's head is written, whoever writes it. An answer that is ended while the session is
 * still being kept waits for it.
 */
export function addCookiesLate(response: ServerResponse, visit: Visit): void {
  const { writeHead, end } = response;
  let isAdded = false;
  response.writeHead = function withCookies(this: ServerResponse, ...args: unknown[]) {
    if (isAdded) return Reflect.apply(writeHead, this, args);
    isAdded = true;
    const headers = args.at(-1);
    if (typeof headers === 'object' && headers !== null) setGiven(response, headers);
    addNow(response, visit);
    const others = args.filter((each) => typeof each !== 'object');
    return Reflect.apply(writeHead, this, others);
  } as typeof writeHead;
  response.end = function afterwards(this: ServerResponse, ...args: unknown[]) {
    response.end = end;
    const endNow = () => void Reflect.apply(end, response, args);
    const refuse = () => {
      response.statusCode = 503;
      // What they say is about the answer that is not sent: a browser would wait for the rest of it.
      for (const name of aboutContent) response.removeHeader(name);
      Reflect.apply(end, response, []);
    };
    if (response.headersSent) endNow();
    else visit.done().then(endNow, refuse);
    return response;
  } as typeof end;
}

const aboutContent = ['content-length', 'content-type', 'content-encoding', 'etag', 'last-modified'];

/** Headers that are given with the status would be written over ours: they are set before. Of a list every second one is a name. */
function setGiven(response: ServerResponse, headers: object): void {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    return;
  }
  const names = headers.filter((_, at) => at % 2 === 0).map(String);
  for (const name of names) response.removeHeader(name);
  names.forEach((name, at) => response.appendHeader(name, headers[2 * at + 1]));
}

function addNow(response: ServerResponse, visit: Visit): void {
  const rule = cacheRule(visit, response.hasHeader('cache-control'));
  if (rule !== undefined) response.setHeader('cache-control', rule);
  for (const line of visit.cookieLines()) response.appendHeader('set-cookie', line);
}
