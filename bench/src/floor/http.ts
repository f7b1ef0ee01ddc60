import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SPA_ORIGIN } from '../subject.ts';

/** Reads the form of every POST and hands it on; other requests go to `other`. */
export function floorServer(
  answerToken: (form: URLSearchParams, request: IncomingMessage, response: ServerResponse) => void,
  other: (response: ServerResponse) => void,
): Server {
  return createServer((request, response) => {
    if (request.method !== 'POST') return other(response);
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => answerToken(new URLSearchParams(body), request, response));
    return undefined;
  });
}

export function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Access-Control-Allow-Origin': SPA_ORIGIN,
    Vary: 'Origin',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(json);
}

/** Listens on a free port of this machine, and says which. */
export function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
