import { rotateKeys } from '@ostiary/service';
import type { OptionValues } from './command.ts';
import { withService } from './house.ts';
import type { Terminal } from './terminal.ts';

/** Running servers read new keys within 10 seconds; relying parties have until the time told to fetch the key set again. */
export async function rotateAllKeys(values: OptionValues, terminal: Terminal): Promise<number> {
  const made = await withService(values, terminal, ({ service }) => rotateKeys(service));
  for (const { kid, alg, activeFromMs } of made)
    terminal.out(`${alg} key ${kid} is published now and signs from ${new Date(activeFromMs).toISOString()}\n`);
  return 0;
}
