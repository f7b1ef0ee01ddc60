import type { Environment } from './environment.ts';

/** What came back, or in words for the operator why nothing of use did. */
export type Fetched = { ok: true; value: Record<string, unknown>; headers: Headers } | { ok: false; why: string };

interface Limits {
  timeoutMs: number;
  maxBytes: number;
}

/** Asks for a JSON object. Follows no redirect, waits and reads only so much, and never throws. */
export async function fetchJson(
  environment: Environment,
  url: string,
  init: RequestInit,
  { timeoutMs, maxBytes }: Limits,
): Promise<Fetched> {
  const abort = new AbortController();
  const cancel = environment.setTimer(timeoutMs, () => abort.abort());
  try {
    const response = await environment.fetch(url, { ...init, redirect: 'error', signal: abort.signal });
    const text = await readText(response, maxBytes);
    if (!response.ok) return { ok: false, why: `${url} answered ${response.status}` };
    if (text === undefined) return { ok: false, why: `${url} answered more than ${maxBytes} bytes` };
    const value = parseObject(text);
    return value === undefined
      ? { ok: false, why: `${url} answered no JSON object` }
      : { ok: true, value, headers: response.headers };
  } catch (fault) {
    return {
      ok: false,
      why: abort.signal.aborted ? `${url} did not answer in ${timeoutMs} ms` : `${url}: ${wordsOf(fault)}`,
    };
  } finally {
    cancel();
  }
}

async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** `undefined` for whatever is no JSON object. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fetch hides the reason in `cause`. */
function wordsOf(fault: unknown): string {
  if (!(fault instanceof Error)) return 'failed';
  return fault.cause instanceof Error ? `${fault.message} (${fault.cause.message})` : fault.message;
}
