import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf, Stop } from '../stop.ts';
import { keyBytes, parseKey } from './key-text.ts';

/** Reads a key file that belongs to its owner alone. Throws `Stop` when others may read it, or it holds no key. */
export function readKeyFile(path: string): Uint8Array {
  const file = openKeyFile(path);
  try {
    // The mode of what was opened, not of what the path names a moment later. Windows has no such mode.
    const mode = fstatSync(file).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Stop(
        `the master key file ${path} is open to others (mode ${mode.toString(8).padStart(4, '0')}); run: chmod 600 '${path}'`,
      );
    return parseKey(readFileSync(file, 'utf8'), `the master key file ${path}`);
  } finally {
    closeSync(file);
  }
}

/** Makes a file with a new key, mode 0600. `false` when the file is there already; it is left as it is. */
export function createKeyFile(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${randomBytes(keyBytes).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (fault) {
    if (codeOf(fault) === 'EEXIST') return false;
    throw new Stop(
      `the master key file ${path} cannot be written (${codeOf(fault) ?? messageOf(fault)}); name another by --master-key-file`,
      { cause: fault },
    );
  }
}

function openKeyFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (fault) {
    const code = codeOf(fault);
    const isMissing = code === 'ENOENT';
    throw new Stop(
      isMissing ? `there is no master key file ${path}` : `the master key file ${path} cannot be read (${code})`,
      { cause: fault },
    );
  }
}
