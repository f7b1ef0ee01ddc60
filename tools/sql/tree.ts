import { parseSync } from 'libpg-query';

/** A struct of the syntax tree. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly type: string;
  readonly fields: Fields;
  /** Where it begins in the text. */
  readonly start: number;
}

/** The statements of a text, or what PostgreSQL says against it. `loadModule` of libpg-query must have ended. */
export function parse(sql: string): Statement[] | string {
  try {
    return (parseSync(sql).stmts ?? []).map(({ stmt, stmt_location: start = 0 }) => {
      const [type = '', fields] = Object.entries(stmt ?? {})[0] ?? [];
      return { type, fields: isFields(fields) ? fields : {}, start: skipBlank(sql, start) };
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function skipBlank(sql: string, start: number): number {
  return start + (/^(\s|--[^\n]*\n)*/.exec(sql.slice(start))?.[0].length ?? 0);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The nodes of one type in a list, unwrapped. */
export function nodesOf(list: unknown, type: string): Fields[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const fields = isFields(item) ? item[type] : undefined;
    return isFields(fields) ? [fields] : [];
  });
}

/** A field that holds a name. */
export function wordOf(fields: Fields, field: string): string {
  const word = fields[field];
  return typeof word === 'string' ? word : '';
}

/** `['pg_catalog', 'int4']` as `pg_catalog.int4`. */
export function nameOf(parts: unknown): string {
  if (!Array.isArray(parts)) return '';
  return parts
    .map((part: unknown) => nodesOf([part], 'String').map((word) => wordOf(word, 'sval'))[0] ?? '*')
    .join('.');
}
