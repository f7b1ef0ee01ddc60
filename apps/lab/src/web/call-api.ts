/** What the API answered. */
export type ApiAnswer =
  | { ok: true; reports: Report[]; tokenIssuedAtSeconds: number }
  | { ok: false; status: number; reason: string; words: string };

export interface Report {
  id: string;
  title: string;
  amount: string;
}

/** Calls the Lab API from the server: the browser sees what came of it, and no token. */
export async function callApi(api: string, accessToken: string): Promise<ApiAnswer> {
  const response = await fetch(`${api}/`, { headers: { authorization: `Bearer ${accessToken}` } });
  const body = (await response.json()) as Record<string, unknown>;
  if (response.ok) return { ok: true, ...(body as { reports: Report[]; tokenIssuedAtSeconds: number }) };
  const { reason = response.status, detail = '' } = body;
  return { ok: false, status: response.status, reason: String(reason), words: String(detail) };
}
