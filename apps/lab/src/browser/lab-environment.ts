import type { Environment } from '@ostiary/browser';
import { browserEnvironment } from '@ostiary/browser/environment';
import type { Breakage } from './breakage.ts';
import type { Recorder } from './recorder.ts';

/** The browser as the SDK sees it in the Lab. */
export interface LabEnvironment extends Environment {
  /** As when the computer wakes up. */
  wake(): void;
}

interface EnvironmentPorts {
  recorder: Recorder;
  breakage: Breakage;
  /** What the clocks of this computer are ahead of the real time, in milliseconds: time passes for it as for the issuer. */
  leapMs: () => number;
  /** Takes the place of leaving the page. */
  leave: (url: URL) => void;
}

/** The real browser, with its clocks moved, its requests written down, and its network broken where the reader wants it. */
export function labEnvironment({ recorder, breakage, leapMs, leave }: EnvironmentPorts): LabEnvironment {
  const browser = browserEnvironment();
  const sleepers = new Set<() => void>();
  return {
    ...browser,
    wallMs: () => browser.wallMs() + leapMs(),
    monotonicMs: () => browser.monotonicMs() + leapMs(),
    fetch: (input, init) => recorder.fetch(input, init),
    isOnline: () => !breakage.isOffline && browser.isOnline(),
    onWake(callBack) {
      const stop = browser.onWake(callBack);
      sleepers.add(callBack);
      return () => {
        stop();
        sleepers.delete(callBack);
      };
    },
    location: { ...browser.location, assign: (url) => leave(new URL(url)) },
    wake() {
      for (const callBack of sleepers) callBack();
    },
  };
}
