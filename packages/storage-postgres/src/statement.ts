/** A statement that is prepared once on each connection. `Row` is what its columns are. */
export interface Statement<Row extends object = Record<string, never>> {
  /** Unique among all statements. */
  name: string;
  text: string;
  /** Never there: carries the type of the rows. */
  row?: Row;
}

export type Value = string | null;

/** A statement and its values, in the text format of the protocol. */
export interface Call {
  statement: Statement<object>;
  values: Value[];
}

export function statement<Row extends object = Record<string, never>>(name: string, text: string): Statement<Row> {
  return { name, text };
}
