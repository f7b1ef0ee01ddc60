import { API, SCOPE, API_SCOPE, SPA_ORIGIN, type Code, type Family, type Target } from '../subject.ts';
import type { HttpAnswer } from './http-connection.ts';

/** A request as it goes over the wire, and the judgement of its answer: undefined, or what is wrong with it. */
export type Exchange = { request: string; judge: (answer: HttpAnswer) => string | undefined };

type TokenAnswer = { access_token?: unknown; id_token?: unknown; refresh_token?: unknown; issuer?: unknown };

/** Refreshes `family` with its newest token and leaves the successor in it. */
export function refreshExchange(target: Target, family: Family): Exchange {
  const presented = family.refreshToken;
  const form = `grant_type=refresh_token&client_id=${family.clientId}&refresh_token=${encodeURIComponent(presented)}`;
  return {
    request: post(target, form, `Origin: ${SPA_ORIGIN}\r\n`),
    judge: (answer) =>
      judgeTokens(answer, (tokens) => {
        if (tokens.refresh_token === presented) return 'the refresh token was not rotated';
        return adopt(family, tokens);
      }),
  };
}

/** Exchanges a code; the family born from it is put into `family`. */
export function codeExchange(target: Target, code: Code, family: Family): Exchange {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: code.clientId,
    code: code.code,
    redirect_uri: code.redirectUri,
    code_verifier: code.codeVerifier,
  });
  return {
    request: post(target, form.toString(), `Origin: ${SPA_ORIGIN}\r\n`),
    judge: (answer) => judgeTokens(answer, (tokens) => adopt(family, tokens)),
  };
}

export function clientCredentialsExchange(target: Target): Exchange {
  const { clientId, clientSecret } = target.serviceClient;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: API_SCOPE, resource: API });
  return {
    request: post(target, form.toString(), `Authorization: Basic ${basic}\r\n`),
    judge: (answer) => judgeTokens(answer, () => undefined),
  };
}

export function discoveryExchange(target: Target): Exchange {
  const request = `GET ${target.discoveryPath} HTTP/1.1\r\n${commonHeaders(target)}\r\n`;
  let checked: string | undefined;
  const judge = (answer: HttpAnswer): string | undefined => {
    if (answer.status !== 200) return `status ${answer.status}`;
    if (answer.body === checked) return undefined;
    if (typeof parse(answer.body)?.issuer !== 'string') return 'no issuer in the discovery document';
    checked = answer.body;
    return undefined;
  };
  return { request, judge };
}

function post(target: Target, form: string, headers: string): string {
  return (
    `POST ${target.tokenPath} HTTP/1.1\r\n${commonHeaders(target)}${headers}` +
    `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`
  );
}

function commonHeaders(target: Target): string {
  return `Host: ${new URL(target.origin).host}\r\nAccept: application/json\r\nUser-Agent: ostiary-bench\r\n`;
}

function judgeTokens(answer: HttpAnswer, judgeRest: (tokens: TokenAnswer) => string | undefined): string | undefined {
  const tokens = parse(answer.body);
  if (answer.status !== 200) return `status ${answer.status}: ${answer.body.slice(0, 120)}`;
  if (!tokens) return 'the answer is not a JSON object';
  if (!isJwt(tokens.access_token)) return 'the access token is not a JWT';
  return judgeRest(tokens);
}

function adopt(family: Family, tokens: TokenAnswer): string | undefined {
  if (!isJwt(tokens.id_token)) return 'the ID token is not a JWT';
  if (typeof tokens.refresh_token !== 'string') return `no refresh token for scope ${SCOPE}`;
  family.refreshToken = tokens.refresh_token;
  return undefined;
}

function isJwt(value: unknown): boolean {
  return typeof value === 'string' && value.split('.').length === 3;
}

function parse(body: string): TokenAnswer | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
