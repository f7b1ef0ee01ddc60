import type { Settings } from '../settings.ts';
import { WebError } from '../web-error.ts';

const mostBytes = 256 * 1024;

/** Reads a JSON document of the provider: of bounded size, within the time that is given, without following redirects. */
export async function readJson(
  { environment, httpTimeoutMs }: Settings,
  url: string,
  init: RequestInit = {},
): Promise<object> {
  const text = await environment
    .fetch(url, { redirect: 'error', ...init, signal: environment.timeout(httpTimeoutMs) })
    .then((response) => (response.ok ? boundedText(response) : undefined))
    .catch(() => undefined);
  const value = text === undefined ? undefined : parsed(text);
  if (value === undefined) throw new WebError('try_later', `${url} gives no answer that can be used`);
  return value;
}

/** The body, or `undefined` when it is longer than anything that a provider would send. */
export async function boundedText(response: Response | Request, most = mostBytes): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
