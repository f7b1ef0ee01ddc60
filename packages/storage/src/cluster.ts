import type { Digest } from '@ostiary/wire';

/** A burst of `capacity`, refilled evenly. */
export interface Rate {
  capacity: number;
  perMinute: number;
}

/** Token buckets that all nodes share. They hold no secret and no name: keys are digests. */
export interface Rates {
  /**
   * Takes one from the bucket of `key`, atomically across nodes. Where the level was noted at a later time than `nowMs`,
   * the clock was set back since: the bucket has that level now, and fills from now on.
   * @returns 0 when it was taken, else the milliseconds until one can be taken
   */
  take(key: Digest, rate: Rate, nowMs: number): Promise<number>;
  /** Forgets what was taken. */
  reset(key: Digest): Promise<void>;
}

/** Whether the store answers, and what time it has. */
export interface Health {
  /** Milliseconds since 1970 by the clock of the database; an embedded one has the clock of this machine. */
  databaseNowMs(): Promise<number>;
}

/** What a node says of itself. */
export interface NodeState {
  /** Drawn at start, base64url. */
  id: string;
  startedAtMs: number;
  seenAtMs: number;
  version: string;
  /** Digest of the configuration in force, secrets left out: nodes that disagree are told apart by it. */
  configuration: string;
}

/** The nodes that run on this store. */
export interface Nodes {
  /** Writes this node's row, and returns all rows seen at or after `sinceMs`, this one among them, oldest start first. */
  announce(node: NodeState, sinceMs: number): Promise<NodeState[]>;
  /** A node that stops takes its row away. */
  leave(id: string): Promise<void>;
}
