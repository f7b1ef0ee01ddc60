import { endLostHistory } from '@ostiary/service';
import { count } from '../backup/tally.ts';
import { Stop } from '../stop.ts';
import type { OptionValues } from './command.ts';
import { withService } from './house.ts';
import type { Terminal } from './terminal.ts';

const meaning = [
  '"epoch raise" is for a database that went back in time: after a point-in-time recovery, a failover that lost commits,',
  'or a file that was copied back by hand. Sign-ins that ended since then live in it again.',
  'It ends every session and every sign-in of an app, and no refresh token or code made until now works any more:',
  'everybody signs in anew. Access tokens that APIs check by themselves go on until they expire. It cannot be undone.',
].join('\n');

/** Ends everything that a database which went back in time may have brought back to life. */
export async function raiseEpoch(values: OptionValues, terminal: Terminal): Promise<number> {
  if (values['yes'] !== true) throw new Stop(`${meaning}\nIf that is what you want, add --yes.`, { exitCode: 2 });
  const { epoch, sessions, families } = await withService(values, terminal, ({ service }) => endLostHistory(service));
  terminal.out(
    `the restore epoch is ${epoch}; ended: ${count(sessions, 'session')}, ` +
      `${count(families, 'sign-in of apps', 'sign-ins of apps')}. Running servers follow within 10 seconds\n`,
  );
  return 0;
}
