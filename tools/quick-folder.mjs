// Where tests write. They kill processes, never the machine, so what they write need not reach a disk.
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const place = '/dev/shm';
const neededBytes = 4 * 1024 ** 3;

/** Lets everything that is started from now on keep its temporary files in memory, where there is plenty of it; removes them at the end. */
export function writeInMemory() {
  if (process.env.TMPDIR !== undefined || !isRoomy()) return;
  const folder = mkdtempSync(join(place, 'ostiary-tests-'));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(1));
}

function isRoomy() {
  try {
    accessSync(place, constants.W_OK);
    const { bavail, bsize } = statfsSync(place);
    return Math.min(bavail * bsize, freemem()) >= neededBytes;
  } catch {
    return false;
  }
}
