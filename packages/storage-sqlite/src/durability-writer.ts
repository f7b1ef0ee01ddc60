/** Advances the named families again and again, and tells each acknowledged generation, until it is killed. */
import { advance, mustCommit } from '@ostiary/storage/contract';
import { openSqliteStore } from './open.ts';

const [path, ...labels] = process.argv.slice(2);
const store = await openSqliteStore({ path: path ?? '' });
await Promise.all(labels.map(advanceForEver));

async function advanceForEver(label: string): Promise<void> {
  for (let from = 0; from < 1_000_000; from++) {
    await mustCommit(store, { advances: [advance(label, from)] });
    // A reader that is slow is waited for.
    await new Promise((resolve) => process.stdout.write(`${label} ${from + 1}\n`, resolve));
  }
}
