import type { Statement } from '../statement.ts';

/** A read that locks its rows: against everybody who wants to lock them, or only against those who want to change them. */
export interface Locking<Row extends object> {
  update: Statement<Row>;
  share: Statement<Row>;
}

/** `select` ends with its order. Aurora DSQL has no shared lock, so each engine is asked which of the two it takes. */
export function locking<Row extends object>(name: string, select: string): Locking<Row> {
  return {
    update: { name: `${name}_lock`, text: `${select} for update` },
    share: { name: `${name}_share`, text: `${select} for share` },
  };
}

/** Finds out whether the engine has the shared lock. */
export const shareProbe = locking('probe', `select value from meta where name = 'restore_epoch' order by name`).share;
