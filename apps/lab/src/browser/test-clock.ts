import type { Recorder } from './recorder.ts';

/** The issuer's time, as far as this page knows. */
export interface TestClock {
  nowMs(): number;
  /** What it is ahead of the real time, in milliseconds. */
  leapMs(): number;
  /** False where the issuer has no test clock: then this is the real time, and it cannot be moved. */
  canMove(): boolean;
  /** Asks how far the clock was moved, also by somebody else. Keeps what it knew when nobody answers. */
  sync(): Promise<void>;
  advance(advanceSeconds: number, recorder: Recorder): Promise<void>;
}

export function createTestClock(pageOrigin: string): TestClock {
  let offsetMs: number | undefined;
  const nowMs = () => Date.now() + (offsetMs ?? 0);
  return {
    nowMs,
    leapMs: () => offsetMs ?? 0,
    canMove: () => offsetMs !== undefined,
    async sync() {
      const response = await fetch(`${pageOrigin}/clock`).catch(() => undefined);
      if (response?.ok) offsetMs = readOffsetMs(await response.json());
    },
    async advance(advanceSeconds, recorder) {
      const fromMs = nowMs();
      const response = await recorder.fetch(`${pageOrigin}/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advanceSeconds }),
      });
      if (!response.ok) return;
      const number = recorder.log().at(-1)?.number ?? 0;
      offsetMs = readOffsetMs(await response.json());
      recorder.note(number, { kind: 'clock-moved', fromMs, toMs: nowMs() });
    },
  };
}

function readOffsetMs(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null || !('offsetMs' in answer)) return undefined;
  return typeof answer.offsetMs === 'number' ? answer.offsetMs : undefined;
}
