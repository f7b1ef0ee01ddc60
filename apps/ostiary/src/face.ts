import type { Handler, TestClock } from '@ostiary/http';
import type { Service } from '@ostiary/service';
import type { Composition } from './compose.ts';
import { messageOf, Stop } from './stop.ts';

/** The HTTP face of an open service. Throws `Stop` when the theme names a design token that the pages do not have. */
export async function makeFace(
  service: Service,
  { configuration: { theme }, clock, overlay }: Pick<Composition, 'configuration' | 'clock' | 'overlay'>,
): Promise<Handler> {
  const { createHandler } = await import('@ostiary/http');
  try {
    return createHandler({
      service,
      ...(theme && { theme }),
      ...(isTestClock(clock) && { testClock: clock }),
      ...(overlay && { overlay }),
    });
  } catch (fault) {
    // The pages know their design tokens, and say which of the theme's are none.
    if (fault instanceof TypeError && fault.message.startsWith('theme.')) throw new Stop(messageOf(fault));
    throw fault;
  }
}

function isTestClock(clock: Composition['clock']): clock is TestClock {
  return 'advance' in clock;
}
