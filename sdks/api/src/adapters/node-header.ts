import type { IncomingMessage } from 'node:http';

/**
 * Node keeps the first of several; several are a mistake that must be noticed. Adapters for functions of a cloud, and HTTP/2, know
 * `headers` alone.
 */
export function headerOf(
  { headersDistinct, headers }: Partial<Pick<IncomingMessage, 'headersDistinct' | 'headers'>>,
  name: string,
): string | undefined {
  const values = headersDistinct?.[name] ?? headers?.[name];
  return Array.isArray(values) ? values.join(', ') : values;
}
