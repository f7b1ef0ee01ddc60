import type { Browser } from 'playwright-core';
import { realFaultNames, type RealFaultName } from './faults.ts';
import type { Library } from './libraries.ts';
import { realFaults } from './real-faults.ts';
import type { ServerKind } from './real-house.ts';
import { Stage, type Outcome } from './stage.ts';

const playsAtOnce = 4;

/** Plays every fault with one library against servers of one kind, some at a time. */
export async function playAll(play: {
  chromium: Browser;
  origin: string;
  library: Library;
  server: ServerKind;
}): Promise<Map<RealFaultName, Outcome>> {
  const outcomes = new Map<RealFaultName, Outcome>();
  const left: RealFaultName[] = [...realFaultNames];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      outcomes.set(name, await playOne({ ...play, name }));
  };
  await Promise.all(Array.from({ length: playsAtOnce }, work));
  return outcomes;
}

/** Plays one fault in a profile of its own. */
export async function playOne({
  name,
  ...play
}: {
  chromium: Browser;
  origin: string;
  library: Library;
  server: ServerKind;
  name: RealFaultName;
}): Promise<Outcome> {
  const { isApart, accessSeconds, run } = realFaults[name];
  const path = isApart ? play.library.apart : play.library.shared;
  if (path === undefined) return '-';
  const stage = await Stage.open({ ...play, path, ...(accessSeconds !== undefined && { accessSeconds }) });
  try {
    return await run(stage);
  } finally {
    await stage.close();
  }
}
