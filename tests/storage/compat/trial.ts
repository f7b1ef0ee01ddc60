import type { RetryReason, StorageObserver } from '@ostiary/storage';
import type { PostgresOptions } from '@ostiary/storage-postgres';

/** What the suite runs on, and what it sees on the way. */
export interface Trial {
  url: string;
  isolation: NonNullable<PostgresOptions['isolation']>;
  observer: StorageObserver;
  /** How often work was done again, by reason. */
  retries: Map<RetryReason, number>;
}

let current: Trial | undefined;

export function startTrial({ url, isolation }: Pick<Trial, 'url' | 'isolation'>): Trial {
  const retries = new Map<RetryReason, number>();
  current = {
    url,
    isolation,
    retries,
    observer: {
      batch: () => undefined,
      retried: (reason) => void retries.set(reason, (retries.get(reason) ?? 0) + 1),
      pool: () => undefined,
    },
  };
  return current;
}

/** The trial of this process. Throws before there is one. */
export function trial(): Trial {
  if (!current) throw new Error('run it by: npm run compat -- --url postgres://...');
  return current;
}
