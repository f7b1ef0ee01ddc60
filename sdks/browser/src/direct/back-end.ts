import type { Environment } from '../environment.ts';

/** Stands for a refresh token that the back end keeps itself. */
const keptThere = 'kept-by-the-back-end';

/** What a back end may answer beyond a token answer. */
interface Told extends Record<string, unknown> {
  access_token?: string;
  access_token_expires_at?: number;
  refresh_token_expires_at?: number;
}

/**
 * Speaks to a back end in JSON where the client speaks to a token endpoint in forms, and tells its answers in the words of a token
 * answer. What is none is handed on as it came, for the decision table to judge.
 */
export function ownBackEnd(
  environment: Environment,
  device: Record<string, string | undefined>,
): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const {
      grant_type: _,
      client_id: __,
      token_type_hint: ___,
      token,
      ...form
    } = Object.fromEntries(init.body instanceof URLSearchParams ? init.body : []);
    const refreshToken = form['refresh_token'] ?? token;
    const response = await environment.fetch(url, {
      ...init,
      body: JSON.stringify({
        ...form,
        ...device,
        refresh_token: refreshToken === keptThere ? undefined : refreshToken,
      }),
      headers: { 'content-type': 'application/json' },
      credentials: 'same-origin',
    });
    const text = await response.text();
    const { status, headers } = response;
    return new Response(translated(text, response.ok, headers, environment), {
      status: status === 204 ? 200 : status,
      headers,
    });
  };
}

function translated(text: string, isOk: boolean, headers: Headers, { wallMs }: Environment): string {
  const told = parsed(text);
  if (told === undefined) return text;
  if (!isOk) return isInvalid(told) ? JSON.stringify({ ...told, error: 'invalid_grant' }) : text;
  const { access_token_expires_at: endsAt, refresh_token_expires_at: refreshEndsAt, ...rest } = told;
  const nowSeconds = Math.floor((Date.parse(headers.get('date') ?? '') || wallMs()) / 1000);
  const left = (at: number | undefined) => (at ? Math.max(0, at - nowSeconds) : undefined);
  return JSON.stringify({
    token_type: 'Bearer',
    ...(refreshEndsAt !== undefined && { refresh_token: keptThere }),
    ...rest,
    expires_in: left(endsAt),
    refresh_token_expires_in: left(refreshEndsAt),
  });
}

function isInvalid({ error, result }: Told): boolean {
  return error === 'invalid' || result === 'invalid';
}

function parsed(text: string): Told | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Told) : undefined;
  } catch {
    return undefined;
  }
}
