import type { ApiMetadata } from '@ostiary/wire';
import type { ConfiguredClient } from '../configured-client.ts';
import { closest } from '../did-you-mean.ts';
import { error, fieldPath } from '../problem.ts';
import type { Problem } from '../problem.ts';

/** One value of the file that must be the only one of its kind. */
export interface NamedPart {
  /** Path of the field that holds the name. */
  path: string;
  name: string;
}

/** Reports every name that stood before. */
export function checkUnique(parts: readonly NamedPart[]): Problem[] {
  const first = new Map<string, string>();
  return parts.flatMap(({ path, name }) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, path);
    return before === undefined ? [] : [error(path, `"${name}" is already ${before}; rename or remove one of them`)];
  });
}

/** Every API and scope that a client may use is there. */
export function checkApisOfClient({ at, metadata }: ConfiguredClient, apis: readonly ApiMetadata[]): Problem[] {
  return Object.entries(metadata.apis).flatMap(([identifier, scopes]) => {
    const path = `${at}.${fieldPath(['apis', identifier])}`;
    const api = apis.find((each) => each.identifier === identifier);
    if (api === undefined)
      return [
        error(
          path,
          unknownName(
            'API',
            identifier,
            apis.map((each) => each.identifier),
          ),
        ),
      ];
    const known = Object.keys(api.scopes);
    return scopes.flatMap((scope, index) =>
      known.includes(scope) ? [] : [error(`${path}[${index}]`, unknownName('scope of this API', scope, known))],
    );
  });
}

function unknownName(kind: string, name: string, known: readonly string[]): string {
  const meant = closest(name, known);
  if (meant !== undefined) return `"${name}" is no ${kind}; did you mean "${meant}"?`;
  return `"${name}" is no ${kind}; ${known.length === 0 ? 'there is none' : `there are: ${known.join(', ')}`}`;
}
