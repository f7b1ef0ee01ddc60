import { existsSync, mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps what Node compiles, so that the next start need not: it halves the CPU of a start. Whoever can write such a folder can
 * put code into the program, so one that is not this user's alone is left alone, and so is a place where none can be made.
 */
export function keepCompiledCode(
  caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  keepIn: (folder: string) => void = enableCompileCache,
): void {
  const folder = join(caches, 'ostiary');
  try {
    for (const each of [caches, folder]) if (!existsSync(each)) mkdirSync(each, { mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === process.getuid?.() && (mode & 0o077) === 0) keepIn(folder);
  } catch {
    // A start without it is slower, and right.
  }
}
