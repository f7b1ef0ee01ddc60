import { randomBytes } from 'node:crypto';
import type { Random } from '@ostiary/service';

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };
