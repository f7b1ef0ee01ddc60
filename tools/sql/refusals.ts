import {
  allowedFunctions,
  allowedNodes,
  allowedOperators,
  allowedTypes,
  allowedValues,
  silentFields,
  systemColumns,
} from './allowed.ts';
import { definitionFaults } from './definitions.ts';
import type { Fault } from './definitions.ts';
import { reasons, unknownPiece } from './reasons.ts';
import type { Schema } from './schema.ts';
import { isFields, nameOf, parse } from './tree.ts';
import type { Fields } from './tree.ts';

/** A piece of SQL that not all engines take. `offset` counts from the start of the text. */
export interface Refusal {
  readonly offset: number;
  /** What is offending: a node, field, value, name or rule, as the keys of `reasons` spell them. */
  readonly piece: string;
  readonly reason: string;
}

/** A node whose type is told by the field that it stands in, not by a wrapper. */
const bareFields: Readonly<Record<string, string>> = {
  relation: 'RangeVar',
  typeName: 'TypeName',
  withClause: 'WithClause',
  alias: 'Alias',
  onConflictClause: 'OnConflictClause',
  infer: 'InferClause',
  returningClause: 'ReturningClause',
  over: 'WindowDef',
  'SelectStmt.larg': 'SelectStmt',
  'SelectStmt.rarg': 'SelectStmt',
};

/** What the four engines do not all take in `sql`. `loadModule` of libpg-query must have ended. */
export function refusalsOf(sql: string, schema: Schema): Refusal[] {
  const statements = parse(sql);
  if (typeof statements === 'string') return [unparsable(statements)];
  return statements.flatMap(({ type, fields, start }) =>
    faultsOf(type, fields, schema).map(({ piece, location, detail }) => ({
      offset: Math.max(location ?? start, 0),
      piece: detail ? `${piece} (${detail})` : piece,
      reason: reasons[piece] ?? unknownPiece,
    })),
  );
}

/** Only whether PostgreSQL would parse it. */
export function parseRefusals(sql: string): Refusal[] {
  const statements = parse(sql);
  return typeof statements === 'string' ? [unparsable(statements)] : [];
}

function unparsable(message: string): Refusal {
  return { offset: 0, piece: 'syntax', reason: `PostgreSQL: ${message}` };
}

function faultsOf(type: string, fields: Fields, schema: Schema): Fault[] {
  const allowed = allowedNodes[type];
  const location = typeof fields['location'] === 'number' ? fields['location'] : undefined;
  if (!allowed) return [{ piece: type, location }];
  const faults = Object.entries(fields)
    .filter(([field]) => !silentFields.includes(field))
    .flatMap(([field, value]) =>
      allowed.includes(field) ? valueFaults({ type, field, value }, schema) : [{ piece: `${type}.${field}` }],
    );
  return [...faults, ...ownFaults(type, fields), ...definitionFaults(type, fields, schema)].map((fault) => ({
    ...fault,
    location: fault.location ?? location,
  }));
}

function valueFaults({ type, field, value }: { type: string; field: string; value: unknown }, schema: Schema): Fault[] {
  const key = `${type}.${field}`;
  const words = allowedValues[key];
  if (words && !words.includes(String(value))) return [{ piece: `${key}=${String(value)}` }];
  if (type === 'A_Const') return [];
  const bare = bareFields[key] ?? bareFields[field];
  if (Array.isArray(value)) return value.flatMap((item) => (isFields(item) ? wrappedFaults(item, schema) : []));
  if (!isFields(value)) return [];
  return bare ? faultsOf(bare, value, schema) : wrappedFaults(value, schema);
}

function wrappedFaults(wrapper: Fields, schema: Schema): Fault[] {
  return Object.entries(wrapper).flatMap(([type, fields]) => (isFields(fields) ? faultsOf(type, fields, schema) : []));
}

/** Names that have lists of their own. */
function ownFaults(type: string, fields: Fields): Fault[] {
  const unless = (list: readonly string[], name: string, piece: string) => (list.includes(name) ? [] : [{ piece }]);
  if (type === 'FuncCall') {
    const name = nameOf(fields['funcname']);
    return unless(allowedFunctions, name, `function:${name}`);
  }
  if (type === 'TypeName') {
    const name = nameOf(fields['names']);
    return unless(allowedTypes, name, `type:${name}`);
  }
  if (type === 'A_Expr') {
    const name = nameOf(fields['name']);
    return unless(allowedOperators, name, `operator:${name}`);
  }
  if (type === 'ColumnRef') {
    const name = nameOf(fields['fields']).split('.').at(-1) ?? '';
    return systemColumns.includes(name) ? [{ piece: 'system-column' }] : [];
  }
  if (type === 'CommonTableExpr') {
    const query = fields['ctequery'];
    return isFields(query) && 'SelectStmt' in query ? [] : [{ piece: 'writing-cte' }];
  }
  return [];
}
