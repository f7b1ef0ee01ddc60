// The floor for SQLite: the least code that does the same durable work as a token endpoint. It leaves out what a product
// cannot: limits, error bodies, audit rows, caps, grants of other kinds, scope narrowing, logs.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerQuestions } from '../questions.ts';
import { prepareClientAuthentication } from './client-credentials.ts';
import { prepareCodeExchange } from './code.ts';
import { CommitQueue } from './commit-queue.ts';
import { openDatabase } from './database.ts';
import { discoveryDocument } from './discovery.ts';
import { floorServer, listening, send } from './http.ts';
import { prepareRefresh, type Refreshed } from './refresh.ts';
import { pickFamilies, seed, seedCodes } from './seed.ts';
import { serviceTokenAnswer, userTokenAnswer } from './tokens.ts';

const [, , databasePath, families] = process.argv;
if (databasePath === undefined || families === undefined) throw new Error('usage: server.ts DATABASE FAMILIES');

const database = openDatabase(databasePath);
seed(database, Number(families));
const issuer = 'http://127.0.0.1';
const discovery = Buffer.from(JSON.stringify(discoveryDocument(issuer)));
const refresh = prepareRefresh(database, issuer);
const exchangeCode = prepareCodeExchange(database, issuer);
const authenticateClient = prepareClientAuthentication(database);
const commits = new CommitQueue(database);

const server = floorServer(answerToken, (response) => {
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': discovery.length,
    'Access-Control-Allow-Origin': '*',
  });
  response.end(discovery);
});
const port = listening(server);

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

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

answerQuestions({
  port: () => port,
  families: (count) => pickFamilies(database, count),
  codes: (count) => seedCodes(database, count),
});
