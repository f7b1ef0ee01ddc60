import { createSecretKey, randomBytes } from 'node:crypto';
import type { RefreshKey } from '../refresh-token.ts';

/** The key of this floor; its tokens are worth nothing after it stops. */
export const refreshKey: RefreshKey = { id: 1, key: createSecretKey(randomBytes(32)) };
