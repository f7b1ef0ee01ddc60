import type { CarriedOver, DatabaseContents } from '@ostiary/storage-sqlite';

/** What a database holds, for people. */
export function tally({ users, sessions, families, events, bytes }: DatabaseContents): string {
  const rows = [
    count(users, 'user'),
    count(sessions, 'session'),
    count(families, 'sign-in of apps', 'sign-ins of apps'),
    count(events, 'audit event'),
  ];
  return `${rows.join(', ')}; ${megabytes(bytes)} MB`;
}

/** What was carried over from the database that was replaced; empty when nothing was. */
export function tallyOfCarriedOver(carried: CarriedOver): string {
  const kinds: [number, string, string?][] = [
    [carried.usersDisabled, 'disabled user'],
    [carried.usersSignedOut, 'user signed out everywhere', 'users signed out everywhere'],
    [carried.passwords, 'changed password'],
    [carried.consents, 'withdrawn or changed consent'],
    [carried.devices, 'removed device'],
    [carried.sessions, 'ended session'],
    [carried.families, 'ended sign-in of apps', 'ended sign-ins of apps'],
    [carried.revokedTokens, 'revoked access token'],
    [carried.keys, 'change of keys', 'changes of keys'],
    [carried.events, 'audit event'],
  ];
  const found = kinds.filter(([rows]) => rows > 0);
  return found.map(([rows, one, many]) => count(rows, one, many)).join(', ');
}

export function count(rows: number, one: string, many = `${one}s`): string {
  return `${rows} ${rows === 1 ? one : many}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
