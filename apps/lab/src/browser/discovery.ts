import { isJsonObject } from './jwt.ts';
import type { Recorder } from './recorder.ts';

export interface Settings {
  issuer: string;
  apiUrl: string;
  clientId: string;
  redirectUri: string;
  postLogoutRedirectUri: string;
  scope: string;
}

export interface Endpoints {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  endSessionEndpoint: string;
}

const KEY = 'lab.endpoints';

export async function loadSettings(): Promise<Settings> {
  const response = await fetch('/settings.json');
  return (await response.json()) as Settings;
}

/**
 * Where the issuer's endpoints are; asked once per tab. Undefined when the issuer does not answer.
 * [OpenID Connect Discovery, section 4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)
 */
export async function discover(issuer: string, recorder: Recorder): Promise<Endpoints | undefined> {
  const known = readEndpoints(sessionStorage.getItem(KEY) ?? '', issuer);
  if (known !== undefined) return known;
  const url = `${issuer}/.well-known/openid-configuration`;
  const received = await recorder.send({ purpose: 'discovery', method: 'GET', url });
  if (received.kind === 'no-answer' || received.status !== 200) return undefined;
  const endpoints = readEndpoints(received.bodyText, issuer);
  if (endpoints !== undefined) sessionStorage.setItem(KEY, received.bodyText);
  return endpoints;
}

/** The document must name the issuer that it was asked from (Discovery, section 4.3). */
export function readEndpoints(text: string, issuer: string): Endpoints | undefined {
  const metadata = parse(text);
  if (!isJsonObject(metadata) || metadata['issuer'] !== issuer) return undefined;
  return {
    authorizationEndpoint: String(metadata['authorization_endpoint']),
    tokenEndpoint: String(metadata['token_endpoint']),
    endSessionEndpoint: String(metadata['end_session_endpoint']),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
