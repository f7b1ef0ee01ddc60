import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import labConfig from '@ostiary/lab/config';
import type { OstiaryConfig } from 'ostiary';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { generationsIn, integrityOf } from './database-file.ts';
import { violations } from './history.ts';
import { bearFamilies, HonestClients } from './honest-clients.ts';

const clients = 16;
const familyCount = 40;
const backups = 4;
const main = fileURLToPath(new URL('../../apps/ostiary/src/main.ts', import.meta.url));

describe(`${backups} backups in the middle of refreshes by ${clients} clients`, () => {
  let issuer: IssuerProgram;
  let honest: HonestClients;
  let folder: string;
  const copies: { path: string; code: number | null; output: string; before: number; after: number }[] = [];

  before(async () => {
    issuer = await startIssuer((identifier) => ({
      ...labConfig,
      issuer: identifier,
      clients: quickClients(labConfig),
    }));
    folder = join(dirname(issuer.database), '..');
    honest = new HonestClients(issuer.issuer, await bearFamilies(issuer.issuer, familyCount));
    const running = honest.run(clients);
    for (let each = 0; each < backups; each += 1) {
      const path = join(folder, `backup-${each}.db`);
      const counted = honest.answers.length;
      const { code, output } = await issuer.command('backup', '--to', path);
      copies.push({ path, code, output, before: counted, after: honest.answers.length });
    }
    honest.stop();
    await running;
    await honest.refreshEach();
  });
  after(() => issuer.close());

  it('are made while the server goes on', () => {
    for (const { code, output, before: earlier, after: later } of copies) {
      assert.equal(code, 0, output);
      assert.ok(later > earlier, 'the server should have answered meanwhile');
    }
  });

  it('fail no request, and lose no rotation', () => {
    const generations = generationsIn(issuer.database);
    assert.deepEqual(violations({ births: honest.births, answers: honest.answers, generations }), []);
  });

  it('are whole, each of one moment after the one before', () => {
    const all = copies.map(({ path }) => generationsIn(path));
    for (const [index, generations] of all.entries()) {
      assert.equal(integrityOf(copies[index]?.path ?? ''), 'ok');
      assert.equal(generations.size, familyCount);
      const earlier = all[index - 1];
      if (earlier === undefined) continue;
      for (const [family, generation] of generations) assert.ok(generation >= (earlier.get(family) ?? 0), family);
    }
  });
});

if (process.platform !== 'win32') {
  describe('a backup for which there is no room', () => {
    let issuer: IssuerProgram;
    before(async () => {
      issuer = await startIssuer((identifier) => ({ ...labConfig, issuer: identifier }));
    });
    after(() => issuer.close());

    it('says so and leaves nothing half, and the server has not noticed', async () => {
      const folder = join(dirname(issuer.database), '..');
      const to = join(folder, 'backup.db');
      const { code, output } = await withFilesUpTo(
        32,
        `backup --to ${to} --development --config ${join(folder, 'ostiary.config.json')}`,
      );
      assert.deepEqual([code, /no backup was made: .*(full|disk I\/O error)/.test(output)], [1, true], output);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('backup')),
        [],
      );
      assert.equal((await bearFamilies(issuer.issuer, 1)).length, 1);
      assert.equal((await issuer.command('backup', '--to', to)).code, 0);
    });
  });
}

/** Runs a command of the program, which may write no file larger than so many blocks of 512 bytes: the kernel refuses the rest, as on a full disk. */
function withFilesUpTo(blocks: number, command: string): Promise<{ code: number; output: string }> {
  const limited = `ulimit -f ${blocks}; exec "$0" "$1" ${command}`;
  return new Promise((resolve) => {
    execFile('sh', ['-c', limited, process.execPath, main], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** ID tokens by ES256: a hundred times the speed of RS256, and not what is tested here. */
function quickClients({ clients: registered = [] }: OstiaryConfig): OstiaryConfig['clients'] {
  return registered.map((client) => ({ ...client, id_token_signed_response_alg: 'ES256' }));
}
