import type { Recorder } from './recorder.ts';
import type { TestClock } from './test-clock.ts';

/**
 * What the clocks of this computer are ahead of the real time. They go along with the test clock. While the box is not checked
 * they run on from where they were when the last tokens came: the app cannot know that time has passed.
 */
export function noticedLeap(box: HTMLInputElement, clock: TestClock, recorder: Recorder): () => number {
  let heldMs: number | undefined;
  box.addEventListener('change', () => {
    heldMs = box.checked ? undefined : clock.leapMs() - missedMs(recorder);
  });
  return () => heldMs ?? clock.leapMs();
}

/** How far the clock was moved since tokens last came. */
function missedMs(recorder: Recorder): number {
  const log = recorder.log();
  const last = log.findLast(({ purpose }) => purpose === 'code' || purpose === 'refresh')?.number ?? 0;
  return log.reduce(
    (sum, { number, fact }) => sum + (number > last && fact?.kind === 'clock-moved' ? fact.toMs - fact.fromMs : 0),
    0,
  );
}
