import type { Store } from '../store.ts';

/** Where the stores of one test live: empty at first, and opened once or by several connections at a time. */
export interface StoragePlace {
  open(): Promise<Store>;
  /** Called after every store of the place was closed. */
  remove(): Promise<void>;
}

export type NewPlace = () => Promise<StoragePlace>;

/** Runs `body` with one store of an empty place. */
export function withStore(newPlace: NewPlace, body: (store: Store) => Promise<void>): () => Promise<void> {
  return withStores(newPlace, 1, ([store]) => body(store!));
}

/** Runs `body` with several stores, each with a connection of its own, of one empty place. */
export function withStores(
  newPlace: NewPlace,
  count: number,
  body: (stores: Store[]) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const place = await newPlace();
    const stores: Store[] = [];
    try {
      for (let index = 0; index < count; index++) stores.push(await place.open());
      await body(stores);
    } finally {
      for (const store of stores) await store.close();
      await place.remove();
    }
  };
}
