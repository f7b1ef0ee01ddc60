// #region calls
const issuer = 'http://localhost:4000';
const secret = process.env['EXAMPLE_BACK_END_SECRET'] ?? '';
const authorization = `Basic ${Buffer.from(`example-back-end:${encodeURIComponent(secret)}`).toString('base64')}`;

/** Answers of both calls; `error` is absent when all went well. */
export interface Answer {
  access_token: string;
  refresh_token: string;
  access_token_expires_at: number;
  refresh_token_expires_at: number;
  error?: string;
  result?: 'invalid';
}

async function call(path: string, members: Record<string, string>): Promise<Answer> {
  const headers = { authorization, 'Content-Type': 'application/json' };
  const response = await fetch(issuer + path, { method: 'POST', headers, body: JSON.stringify(members) });
  return (await response.json()) as Answer;
}

export function signIn(username: string, password: string, device_id: string, device_name: string): Promise<Answer> {
  return call('/direct/sign-in', { username, password, device_id, device_name });
}

/** `result: 'invalid'` ends the session of this device; any other error leaves it as it is. */
export function refresh(refresh_token: string, device_id: string): Promise<Answer> {
  return call('/direct/refresh', { refresh_token, device_id });
}
// #endregion calls
