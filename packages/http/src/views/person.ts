import type { User } from '@ostiary/model';

/** How a person is named on a page. */
export function personOf({ claims, username }: User): { name: string; username: string } {
  const { name } = claims;
  return { name: typeof name === 'string' && name !== '' ? name : username, username };
}
