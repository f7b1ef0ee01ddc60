// The floor for SQLite: the least code that does the same durable work as a token endpoint. It leaves out what a product
// cannot: limits, error bodies, audit rows, caps, grants of other kinds, scope narrowing, logs.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from '../questions.ts';
import { SPA_ORIGIN } from '../subject.ts';
import { prepareClientAuthentication } from './client-credentials.ts';
import { prepareCodeExchange } from './code.ts';
import { CommitQueue } from './commit-queue.ts';
import { openDatabase } from './database.ts';
import { discoveryDocument } from './discovery.ts';
import { prepareRefresh, type Refreshed } from './refresh.ts';
import { seedCodes, seedFamilies, seedPeople } from './seed.ts';
import { serviceTokenAnswer, userTokenAnswer } from './tokens.ts';

const databasePath = process.argv[2];
if (databasePath === undefined) throw new Error('usage: server.ts DATABASE');

const database = openDatabase(databasePath);
seedPeople(database);
const issuer = 'http://127.0.0.1';
const discovery = Buffer.from(JSON.stringify(discoveryDocument(issuer)));
const refresh = prepareRefresh(database, issuer);
const exchangeCode = prepareCodeExchange(database, issuer);
const authenticateClient = prepareClientAuthentication(database);
const commits = new CommitQueue(database);

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': discovery.length,
      'Access-Control-Allow-Origin': '*',
    });
    response.end(discovery);
    return;
  }
  let body = '';
  request.setEncoding('latin1');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => answerToken(new URLSearchParams(body), request, response));
});

function answerToken(form: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
  switch (form.get('grant_type')) {
    case 'refresh_token':
      return commits.add(() => answerOf(refresh(form, Date.now()), response));
    case 'authorization_code':
      return commits.add(() => answerOf(exchangeCode(form, Date.now()), response));
    case 'client_credentials': {
      const clientId = authenticateClient(request.headers.authorization);
      if (clientId === undefined) return send(response, 401, '{"error":"invalid_client"}');
      return send(response, 200, serviceTokenAnswer(issuer, clientId, nowSeconds()));
    }
    default:
      return send(response, 400, '{"error":"unsupported_grant_type"}');
  }
}

function answerOf(refreshed: Refreshed | undefined, response: ServerResponse): () => void {
  if (!refreshed) return () => send(response, 400, '{"error":"invalid_grant"}');
  return () => send(response, 200, userTokenAnswer(refreshed.holder, refreshed.generation, nowSeconds()));
}

function send(response: ServerResponse, status: number, json: string): void {
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

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

const listening = new Promise<number>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
});
answerQuestions({
  port: () => listening,
  families: (count) => seedFamilies(database, count),
  codes: (count) => seedCodes(database, count),
  grow: (count) => {
    seedFamilies(database, count);
    return null;
  },
});
