import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { WebError } from '../web-error.ts';

/** A request as Express and its relatives show it. */
export interface NodeRequest extends IncomingMessage {
  /** The address before a router took its part off. */
  originalUrl?: string;
  /** What a body parser read. */
  body?: unknown;
}

/** Methods that the Fetch standard does not know. */
const unspeakable = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** The request in the shape of the Fetch standard. Its body is read when somebody reads it. */
export function fetchRequest(request: NodeRequest, origin: string, signal: AbortSignal | null = null): Request {
  const { method = 'GET', headers } = request;
  if (unspeakable.has(method)) throw new WebError('bad_request', `there is nothing to be had by ${method}`);
  // HTTP/2 tells method and path among the headers.
  const pairs = Object.entries(headers)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value ?? []].flat().map((each): [string, string] => [name, each]));
  const url = addressOf(request.originalUrl ?? request.url ?? '/', origin);
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers: pairs, signal });
  return new Request(url, { method, headers: pairs, signal, body: bodyOf(request), duplex: 'half' } as RequestInit);
}

/** The path of a request never becomes its host. */
function addressOf(target: string, origin: string): string {
  const path = target.startsWith('/') ? target : '/';
  return new URL(origin + path).href;
}

/** What a body parser has read already is written again; else the stream itself, untouched until it is read. */
function bodyOf(request: NodeRequest): ReadableStream | string | Buffer<ArrayBuffer> {
  const { body, readableEnded, headers } = request;
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded') && isObject(body)) return formOf(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (readableEnded && /[/+]json\b/.test(type) && body !== undefined) return JSON.stringify(body);
  return typeof body === 'string' ? body : lazily(request);
}

function formOf(fields: object): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  );
  return new URLSearchParams(pairs).toString();
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** Reading the request before its owner does would take it away from them. */
function lazily(request: NodeRequest): ReadableStream {
  let reader: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        reader ??= Readable.from(request)[Symbol.asyncIterator]();
        const { done, value } = await reader.next();
        if (done) controller.close();
        else controller.enqueue(new Uint8Array(value));
      },
    },
    { highWaterMark: 0 },
  );
}

/** Aborts when the connection closes before the answer is complete: whoever asked has left. */
export function untilLeft(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) leaving.abort();
  });
  return leaving.signal;
}

/** Writes an answer of the Fetch standard to Node's. Its source is told at once when nobody listens any more. */
export async function writeAnswer(response: ServerResponse, answer: Response): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  for (const line of answer.headers.getSetCookie()) response.appendHeader('set-cookie', line);
  if (answer.body === null) return void response.end();
  const reader: ReadableStreamDefaultReader<Uint8Array> = answer.body.getReader();
  // A read that waits ends with it; a source that failed has nothing left to be told.
  const leave = () => void reader.cancel().catch(() => {});
  response.once('close', leave);
  if (response.destroyed) leave();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!response.write(part.value)) await drained(response);
  }
  response.off('close', leave);
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
