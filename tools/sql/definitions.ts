import { keylessTypes, mostIndexes, mostKeyColumns } from './allowed.ts';
import { keysOf, tableOf, typeOf } from './schema.ts';
import type { Schema, Table } from './schema.ts';
import { isFields, nodesOf, wordOf } from './tree.ts';
import type { Fields } from './tree.ts';

/** What a rule found: a key of `reasons`, and where, when that is known. */
export interface Fault {
  readonly piece: string;
  readonly location?: number | undefined;
  /** The names that it is about. */
  readonly detail?: string;
}

/** What `create table`, `create index` and `alter table` must keep beside their syntax. */
export function definitionFaults(type: string, fields: Fields, schema: Schema): Fault[] {
  switch (type) {
    case 'CreateStmt':
      return tableFaults(fields, schema.get(tableOf(fields)));
    case 'IndexStmt':
      return indexFaults(fields, schema.get(tableOf(fields)));
    case 'AlterTableCmd':
      return addedColumnFaults(fields);
    case 'ColumnDef':
      return typeOf(fields).endsWith('[]') ? [{ piece: 'array-column' }] : [];
    default:
      return [];
  }
}

function tableFaults(fields: Fields, table: Table | undefined): Fault[] {
  const keys = keysOf(fields);
  return [
    ...idempotenceFaults(fields['if_not_exists']),
    ...(keys.some(({ isPrimary }) => isPrimary) ? [] : [{ piece: 'no-primary-key' }]),
    ...keys.flatMap(({ columns }) => keyFaults(columns, table)),
  ];
}

function indexFaults(fields: Fields, table: Table | undefined): Fault[] {
  const columns = nodesOf(fields['indexParams'], 'IndexElem').map((element) => wordOf(element, 'name'));
  const isFull = table && table.indexes > mostIndexes;
  return [
    ...idempotenceFaults(fields['if_not_exists']),
    ...(isFull ? [{ piece: 'key-columns' }] : []),
    ...keyFaults(columns, table),
  ];
}

function keyFaults(columns: readonly string[], table: Table | undefined): Fault[] {
  const keyless = columns.filter((column) => keylessTypes.includes(table?.columns.get(column) ?? ''));
  return [
    ...keyless.map((column) => ({ piece: 'key-type', detail: `${column} ${table?.columns.get(column)}` })),
    ...(columns.length > mostKeyColumns ? [{ piece: 'key-columns' }] : []),
  ];
}

function addedColumnFaults(fields: Fields): Fault[] {
  const column = isFields(fields['def']) ? fields['def']['ColumnDef'] : undefined;
  const hasConstraint = isFields(column) && 'constraints' in column;
  return [...idempotenceFaults(fields['missing_ok']), ...(hasConstraint ? [{ piece: 'add-column' }] : [])];
}

function idempotenceFaults(isIdempotent: unknown): Fault[] {
  return isIdempotent === true ? [] : [{ piece: 'if-not-exists' }];
}
