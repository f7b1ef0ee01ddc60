import type { Outcome } from './record.ts';

/** How parties reach the nodes of one issuer: over the network, or in this process. */
export interface Reach {
  nodes: number;
  /** Posts a form. Rejects when no whole answer comes. */
  post(node: number, path: string, fields: Record<string, string>): Promise<Reply>;
}

export interface Reply {
  status: number;
  /** JSON of the answer; nothing where it holds none. */
  body: Record<string, unknown> | undefined;
  retryAfter: string | null;
}

/** Asks the nodes at these addresses; an answer that takes longer is given up. */
export function networkReach(origins: readonly string[], withinMs: number): Reach {
  return {
    nodes: origins.length,
    async post(node, path, fields) {
      const response = await fetch(`${origins[node]}${path}`, {
        method: 'POST',
        body: new URLSearchParams(fields),
        signal: AbortSignal.timeout(withinMs),
      });
      return replyOf(response);
    },
  };
}

/** Asks handlers in this process. */
export function localReach(nodes: readonly { request(path: string, init: RequestInit): Promise<Response> }[]): Reach {
  return {
    nodes: nodes.length,
    async post(node, path, fields) {
      const response = await nodes[node]!.request(path, { method: 'POST', body: new URLSearchParams(fields) });
      return replyOf(response);
    },
  };
}

/** An answer cut short rejects, as one that never came: what was not read whole was not said. */
async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const length = response.headers.get('content-length');
  if (length !== null && Buffer.byteLength(text) !== Number(length)) throw new Error('the answer was cut short');
  return { status: response.status, body: bodyOf(text), retryAfter: response.headers.get('retry-after') };
}

function bodyOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const sayNothing = new Set([408, 425, 429, 503]);

/** What a reply to a refresh or a revocation says about the token. */
export function outcomeOf({ status, body, retryAfter }: Reply): Outcome {
  if (status === 200) return body?.['refresh_token'] === undefined ? { kind: 'done' } : successor(body);
  if (status === 400 && body?.['error'] === 'invalid_grant') {
    return { kind: 'refused', cause: String(body['error_cause'] ?? body['error_description']) };
  }
  if (status === 503 && !/^[1-9]\d*$/.test(retryAfter ?? ''))
    return { kind: 'wrong', answer: '503 without Retry-After' };
  // What HTTP itself says of a request that arrived in part is no word about the token.
  if (status === 400 && body === undefined) return { kind: 'unknown', why: 'cut request' };
  if (sayNothing.has(status) && body?.['error_cause'] === undefined) return { kind: 'unknown', why: String(status) };
  return { kind: 'wrong', answer: `${status} ${JSON.stringify(body)}` };
}

function successor(body: Record<string, unknown>): Outcome {
  return { kind: 'successor', token: String(body['refresh_token']) };
}
