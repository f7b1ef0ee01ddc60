import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openSqlitePromotion } from '@ostiary/storage-sqlite';
import { systemRandom } from '../random.ts';
import { createKeyWrapper } from '../secrets/key-wrapper.ts';
import { parseKey } from '../secrets/key-text.ts';
import type { PostgresPlace } from '../storage-place.ts';
import { move } from './move.ts';
import { openTarget, sealed } from './target.ts';

/**
 * A program that promotes as the command does, and stops at one step until it gets SIGUSR2, so that a test can kill it or the
 * server there: `--file PATH --to URL --at STEP`, with the master key in OSTIARY_MASTER_KEY.
 */
const { values } = parseArgs({
  options: { file: { type: 'string' }, to: { type: 'string' }, at: { type: 'string' } },
});
const { file: path = '', to: url = '', at } = values;
const place: PostgresPlace = { kind: 'postgres', url };
const masterKey = parseKey(process.env['OSTIARY_MASTER_KEY'] ?? '', 'OSTIARY_MASTER_KEY');
const keyWrapper = createKeyWrapper({ masterKey, random: systemRandom, databaseName: path });
const file = openSqlitePromotion(path);
const target = await openTarget(place);
const staying = setInterval(() => undefined, 60_000);

try {
  const moved = await move({
    file,
    target,
    source: 'stepping',
    place: 'a database',
    sealed: sealed(place, keyWrapper),
    async reached(step) {
      if (step !== at) return;
      const goOn = once(process, 'SIGUSR2');
      console.log(`at ${step}`);
      await goOn;
    },
    copied: () => undefined,
    whyStop: () => undefined,
  });
  console.log(`promoted ${JSON.stringify(moved)}`);
} catch (fault) {
  console.log(`not promoted: ${fault instanceof Error ? fault.message : String(fault)}`);
} finally {
  clearInterval(staying);
  await target.close();
  file.close();
}
