import type { Fault } from './definitions.ts';
import type { Schema } from './schema.ts';
import { isFields, nameOf, nodesOf, wordOf } from './tree.ts';
import type { Fields } from './tree.ts';

/** `for update` locks rows of one table, found by equality with every column of its primary key; or all of them. */
export function lockFaults(type: string, fields: Fields, schema: Schema): Fault[] {
  if (type !== 'SelectStmt' || !('lockingClause' in fields)) return [];
  const { fromClause } = fields;
  const [table] = nodesOf(fromClause, 'RangeVar');
  if (!Array.isArray(fromClause) || fromClause.length !== 1 || !table) return [{ piece: 'lock-one-table' }];
  if (!('whereClause' in fields)) return [];
  const primaryKey = schema.get(wordOf(table, 'relname'))?.primaryKey ?? [];
  const equal = equalColumns(fields['whereClause']);
  const isByKey = primaryKey.length > 0 && primaryKey.every((column) => equal.includes(column));
  return isByKey ? [] : [{ piece: 'lock-by-key' }];
}

/** Columns that a condition compares by `=` or `= any`, through `and` alone. */
function equalColumns(condition: unknown): string[] {
  if (!isFields(condition)) return [];
  const { BoolExpr: all, A_Expr: comparison } = condition;
  if (isFields(all) && all['boolop'] === 'AND_EXPR' && Array.isArray(all['args']))
    return all['args'].flatMap(equalColumns);
  if (!isFields(comparison) || nameOf(comparison['name']) !== '=') return [];
  if (comparison['kind'] !== 'AEXPR_OP' && comparison['kind'] !== 'AEXPR_OP_ANY') return [];
  return [comparison['lexpr'], comparison['rexpr']].flatMap((side) => {
    const column = isFields(side) ? side['ColumnRef'] : undefined;
    return isFields(column) ? [nameOf(column['fields']).split('.').at(-1) ?? ''] : [];
  });
}
