import type { Nodes, NodeState } from '@ostiary/storage';
import type { Database, Statement } from './database.ts';

type NodeRow = { [Column in keyof NodeState]: NodeState[Column] };

/** The programs that have this file open, as they said themselves. */
export class NodeTable implements Nodes {
  readonly #put: Statement<never>;
  readonly #list: Statement<NodeRow>;
  readonly #remove: Statement<never>;

  constructor(db: Database) {
    this.#put = db.prepare(
      'insert or replace into node (id, started_at, seen_at, version, configuration) values (?, ?, ?, ?, ?)',
    );
    this.#list = db.prepare(`
      select id, started_at as startedAtMs, seen_at as seenAtMs, version, configuration
      from node where seen_at >= ? order by started_at, id`);
    this.#remove = db.prepare('delete from node where id = ?');
  }

  async announce({ id, startedAtMs, seenAtMs, version, configuration }: NodeState, sinceMs: number) {
    this.#put.run(id, startedAtMs, seenAtMs, version, configuration);
    return this.#list.all(sinceMs).map((row) => ({ ...row }));
  }

  async leave(id: string): Promise<void> {
    this.#remove.run(id);
  }
}
