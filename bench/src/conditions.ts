import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from './options.ts';
import { median } from './statistics.ts';
import { SETTINGS } from './postgres/database-server.ts';

const TMPFS_MAGIC = 0x01021994;

/** What has to be known to judge the figures, as lines of text. */
export async function conditionsOf(options: Options): Promise<string[]> {
  const { type } = await statfs(tmpdir());
  const versionOf = async (manifest: URL) =>
    (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
  const provider = await versionOf(new URL('../package.json', import.meta.resolve('oidc-provider')));
  const middleware = await versionOf(new URL('../package.json', import.meta.resolve('express-oauth2-jwt-bearer')));
  return [
    `CPU: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores; memory ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${process.platform} ${release()}`,
    `Node ${process.version}, SQLite ${process.versions['sqlite']}, oidc-provider ${provider}, express-oauth2-jwt-bearer ${middleware}`,
    `databases on ${type === TMPFS_MAGIC ? 'tmpfs (NOT durable: set TMPDIR to a disk)' : 'a disk'}, an fsync of 4 KiB takes ${(await fsyncMicroseconds()).toFixed(0)} us`,
    `SQLite: WAL, synchronous=FULL. PostgreSQL: defaults, fsync on, and ${Object.entries(SETTINGS)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')}, over TCP on this machine`,
    `load average when it began: ${loadavg()[0]?.toFixed(2)}`,
    `${options.connections} keep-alive connections in a closed loop, windows of ${options.seconds} s, median of ${options.runs} interleaved runs after one to warm up`,
    `${options.families} families in each store, a random one for each refresh; rotation on, JWT access token and ID token by ES256`,
  ];
}

/** The median of a hundred. */
async function fsyncMicroseconds(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-bench-fsync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const page = Buffer.alloc(4096);
  const times = Array.from({ length: 100 }, () => {
    writeSync(file, page, 0, page.length, 0);
    const startedAt = performance.now();
    fsyncSync(file);
    return (performance.now() - startedAt) * 1000;
  });
  closeSync(file);
  await rm(folder, { recursive: true });
  return median(times);
}
