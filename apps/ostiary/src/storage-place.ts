/** Where the data are, with all that opening it takes. */
export type StoragePlace = SqlitePlace | PostgresPlace;

export interface SqlitePlace {
  kind: 'sqlite';
  /** A path, or `:memory:`. */
  path: string;
}

export interface PostgresPlace {
  kind: 'postgres';
  /** With role and password, without parameters. Never to be shown: `nameOf` is. */
  url: string;
  /** Absent = without encryption. `ca`: certificates in PEM; absent = those that Node trusts. */
  tls?: { ca?: string };
  readers?: number;
  writers?: number;
}

/** The place as it may stand in messages: without role and password. */
export function nameOf(place: StoragePlace): string {
  if (place.kind === 'sqlite') return place.path;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}
