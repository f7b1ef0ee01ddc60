import type { Refusal } from '@ostiary/service';
import { readText } from './form.ts';

/** Members of a JSON object as names and values, as a form would have them. */
export type JsonResult = { ok: true; pairs: [string, string][] } | { ok: false; refusal: Refusal };

/** Reads a JSON object whose members are texts; `resource` may be a list of them. */
export async function readJson(request: Request, maxBytes: number): Promise<JsonResult> {
  const mediaType = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') return { ok: false, refusal: { reason: 'body_not_json' } };
  const body = await readText(request, maxBytes);
  if (body === undefined) return { ok: false, refusal: { reason: 'body_too_large' } };
  const members = membersOf(body);
  if (members === undefined) return { ok: false, refusal: { reason: 'body_not_json' } };
  const pairs: [string, string][] = [];
  for (const [name, value] of members) {
    const values: unknown[] = name === 'resource' ? [value].flat() : [value];
    for (const each of values) {
      if (typeof each !== 'string')
        return { ok: false, refusal: { reason: 'parameter_malformed', parameter: shown(name) } };
      pairs.push([name, each]);
    }
  }
  return { ok: true, pairs };
}

function membersOf(body: string): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Names outside the usual alphabet are not echoed. */
function shown(name: string): string {
  return /^[a-z_]{1,40}$/.test(name) ? name : 'a member';
}
