import type { CommitResult, Plan } from '@ostiary/model';

/**
 * Commits plans. Concurrency contract:
 * - a plan is applied whole or not at all, and `committed` means durable: it survives kill -9 and power loss;
 * - plans that arrive together may share one transaction, yet the outcome is as if they had run one by one in order of
 *   arrival: of two plans that advance one family from one generation, consume one code, or insert one username, exactly
 *   one is committed and the other gets `lost` with the conflict;
 * - a plan that cannot be stored (a poisonous value) fails alone with its own error; the others of its batch commit;
 * - `expects` are compared under the same lock as the writes: an ending committed earlier is always seen;
 * - endings of sets (`families`, `sessions`) take every row inserted by a plan committed before.
 * Rejects with `StorageUnavailable` when nothing can be said about the outcome or nothing was tried.
 */
export interface Committer {
  commit(plan: Plan): Promise<CommitResult>;
}

/** The store cannot answer now. The HTTP layer says 503 with Retry-After. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}
