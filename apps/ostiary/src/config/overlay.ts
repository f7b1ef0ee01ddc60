import type { ApiConfig, ClientConfig } from './define-config.ts';

/** What stands in place of fields of the file, by the names of the objects that they belong to. */
export interface Overlay {
  apis: Readonly<Record<string, Partial<Record<keyof ApiConfig, unknown>>>>;
  clients: Readonly<Record<string, Partial<Record<keyof ClientConfig, unknown>>>>;
}

export const emptyOverlay: Overlay = { apis: {}, clients: {} };

const nameFields = { apis: 'identifier', clients: 'client_id' } as const;

/** What a file says, with the overlay's fields in place of its own. Not checked before, to be checked after. */
export function layOver(input: unknown, overlay: Overlay): unknown {
  if (!isObject(input)) return input;
  const laid = { ...input };
  for (const list of ['apis', 'clients'] as const) {
    const items = input[list];
    if (Array.isArray(items)) laid[list] = items.map((item: unknown) => covered(item, nameFields[list], overlay[list]));
  }
  return laid;
}

function covered(item: unknown, nameField: string, changes: Overlay['apis'] | Overlay['clients']): unknown {
  if (!isObject(item)) return item;
  const name = item[nameField];
  return typeof name === 'string' && Object.hasOwn(changes, name) ? { ...item, ...changes[name] } : item;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
