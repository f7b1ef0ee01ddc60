import { isFields, nameOf, nodesOf, parse, wordOf } from './tree.ts';
import type { Fields } from './tree.ts';

export interface Table {
  /** Type of each column, as `nameOf` spells it. */
  readonly columns: Map<string, string>;
  /** How many indexes it has, the one of the primary key among them. */
  readonly indexes: number;
}

/** Tables by name. */
export type Schema = ReadonlyMap<string, Table>;

/** The tables that these texts make, in order: `create table`, `create index` and `alter table ... add column`. */
export function schemaOf(texts: readonly string[]): Schema {
  const schema = new Map<string, Table>();
  for (const sql of texts) {
    const statements = parse(sql);
    if (typeof statements === 'string') continue;
    for (const { type, fields } of statements) addStatement(schema, type, fields);
  }
  return schema;
}

function addStatement(schema: Map<string, Table>, type: string, fields: Fields): void {
  const name = tableOf(fields);
  const table = schema.get(name);
  if (type === 'CreateStmt') schema.set(name, createdTable(fields));
  if (type === 'IndexStmt' && table) schema.set(name, { ...table, indexes: table.indexes + 1 });
  if (type !== 'AlterTableStmt' || !table) return;
  for (const command of nodesOf(fields['cmds'], 'AlterTableCmd')) {
    const column = isFields(command['def']) ? command['def']['ColumnDef'] : undefined;
    if (isFields(column)) table.columns.set(wordOf(column, 'colname'), typeOf(column));
  }
}

function createdTable(fields: Fields): Table {
  const columns = nodesOf(fields['tableElts'], 'ColumnDef');
  return {
    columns: new Map(columns.map((column) => [wordOf(column, 'colname'), typeOf(column)])),
    indexes: keysOf(fields).length,
  };
}

export interface Key {
  readonly isPrimary: boolean;
  readonly columns: readonly string[];
}

/** Primary key and unique constraints of a `create table`. */
export function keysOf(created: Fields): Key[] {
  const ofTable = nodesOf(created['tableElts'], 'Constraint').map((constraint) => ({
    contype: constraint['contype'],
    columns: nodesOf(constraint['keys'], 'String').map((word) => wordOf(word, 'sval')),
  }));
  const ofColumns = nodesOf(created['tableElts'], 'ColumnDef').flatMap((column) =>
    nodesOf(column['constraints'], 'Constraint').map(({ contype }) => ({
      contype,
      columns: [wordOf(column, 'colname')],
    })),
  );
  return [...ofTable, ...ofColumns]
    .filter(({ contype }) => contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE')
    .map(({ contype, columns }) => ({ isPrimary: contype === 'CONSTR_PRIMARY', columns }));
}

export function tableOf(fields: Fields): string {
  return isFields(fields['relation']) ? wordOf(fields['relation'], 'relname') : '';
}

export function typeOf(column: Fields): string {
  const { typeName } = column;
  if (!isFields(typeName)) return '';
  return nameOf(typeName['names']) + ('arrayBounds' in typeName ? '[]' : '');
}
