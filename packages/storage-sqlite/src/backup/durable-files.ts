import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Gives a finished file its name, durably, and never takes the place of another one. Throws `EEXIST` when the name is taken. */
export function appear(file: string, name: string): void {
  if (canLink(file, name)) rmSync(file);
  else if (existsSync(name)) throw Object.assign(new Error(`${name} exists already`), { code: 'EEXIST' });
  else renameSync(file, name);
  syncFile(dirname(name));
}

/** Keeps what a file holds under a second name, while the first one stays. Throws `EEXIST` when the name is taken. */
export function keepAs(file: string, name: string): void {
  if (canLink(file, name)) return;
  copyFileSync(file, name, constants.COPYFILE_EXCL);
  syncFile(name);
}

/** False where the file system knows no second names. */
function canLink(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if (hasCode(error, withoutLinks)) return false;
    throw error;
  }
}

/** What is written is on the disk when this returns; of a folder, its names. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function hasCode(error: unknown, codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
