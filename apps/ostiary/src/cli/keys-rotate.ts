import type { OptionValues } from './command.ts';
import { withService } from './house.ts';
import type { Terminal } from './terminal.ts';

/** Running servers read new keys within a minute; relying parties have until `from` to fetch the key set again. */
export async function rotateKeys(values: OptionValues, terminal: Terminal): Promise<number> {
  const made = await withService(values, terminal, ({ service }) => service.keyring.rotate());
  for (const { kid, alg, activeFromMs } of made)
    terminal.out(`${alg} key ${kid} is published now and signs from ${new Date(activeFromMs).toISOString()}\n`);
  return 0;
}
