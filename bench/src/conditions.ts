import { cpus, release, tmpdir, totalmem } from 'node:os';
import { readFile, statfs } from 'node:fs/promises';
import type { Options } from './options.ts';

const TMPFS_MAGIC = 0x01021994;

/** What has to be known to judge the figures, as lines of text. */
export async function conditionsOf(options: Options): Promise<string[]> {
  const { type } = await statfs(tmpdir());
  const peer = JSON.parse(await readFile(new URL('../package.json', import.meta.resolve('oidc-provider')), 'utf8')) as {
    version: string;
  };
  return [
    `CPU: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores; memory ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${process.platform} ${release()}`,
    `Node ${process.version}, SQLite ${process.versions['sqlite']}, oidc-provider ${peer.version}`,
    `databases on ${type === TMPFS_MAGIC ? 'tmpfs (NOT durable: set TMPDIR to a disk)' : 'a disk'}, WAL, synchronous=FULL`,
    `${options.connections} keep-alive connections in a closed loop, windows of ${options.seconds} s, median of ${options.runs} interleaved runs after one to warm up`,
    `${options.extraFamilies} extra families; rotation on, JWT access token and ID token by ES256`,
  ];
}
