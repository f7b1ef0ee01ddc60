import type { DatabaseSync } from 'node:sqlite';

/** Reads and writes inside the transaction; what it returns runs once the transaction is on the disk. */
export type Work = () => () => void;

/** Commits the work of requests that arrive together in one transaction, in order of arrival. */
export class CommitQueue {
  readonly #begin;
  readonly #commit;
  #waiting: Work[] = [];

  constructor(database: DatabaseSync) {
    this.#begin = database.prepare('begin immediate');
    this.#commit = database.prepare('commit');
  }

  add(work: Work): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(work);
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#begin.run();
    const afterwards = batch.map((work) => work());
    this.#commit.run();
    for (const answer of afterwards) answer();
  }
}
