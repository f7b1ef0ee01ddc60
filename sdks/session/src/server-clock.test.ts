import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { learn, look, openClock, serverTimeMs } from './server-clock.ts';

const hourMs = 3_600_000;
const startMs = 1_800_000_000_000;

describe('the server clock', () => {
  it('is the machine’s own before the server was heard', () => {
    assert.equal(serverTimeMs(openClock({ wallMs: startMs, monotonicMs: 5 })), startMs);
  });

  it('goes on with what an earlier page learned', () => {
    assert.equal(serverTimeMs(openClock({ wallMs: startMs, monotonicMs: 5 }, -hourMs)), startMs - hourMs);
  });

  it('learns an hour of error from one answer, to the second', () => {
    const clock = openClock({ wallMs: startMs, monotonicMs: 0 });
    const after = learn(look(clock, { wallMs: startMs + 400, monotonicMs: 400 }), startMs + hourMs, startMs);
    assert.ok(Math.abs(serverTimeMs(after) - (startMs + hourMs + 400)) <= 1_000);
  });

  it('does not tremble: answers that agree within the grain change nothing', () => {
    const clock = openClock({ wallMs: startMs, monotonicMs: 0 }, 250);
    fc.assert(
      fc.property(fc.integer({ min: -999, max: 0 }), (grain) => {
        assert.equal(learn(clock, startMs + grain, startMs), clock);
      }),
    );
  });

  it('notices a wall clock that was set back while the page ran', () => {
    const clock = openClock({ wallMs: startMs, monotonicMs: 0 });
    const set = look(clock, { wallMs: startMs + 60_000 - hourMs, monotonicMs: 60_000 });
    assert.equal(serverTimeMs(set), startMs + 60_000);
  });

  it('takes a leap ahead for sleep', () => {
    const clock = openClock({ wallMs: startMs, monotonicMs: 0 });
    assert.equal(
      serverTimeMs(look(clock, { wallMs: startMs + 72 * hourMs, monotonicMs: 1_000 })),
      startMs + 72 * hourMs,
    );
  });

  it('never goes back while both clocks go on, however they drift', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -hourMs, max: hourMs }), fc.integer({ min: 0, max: hourMs })));
    fc.assert(
      fc.property(steps, (moves) => {
        let reading = { wallMs: startMs, monotonicMs: 0 };
        let clock = openClock(reading);
        for (const [wall, monotonic] of moves) {
          reading = { wallMs: reading.wallMs + wall, monotonicMs: reading.monotonicMs + monotonic };
          const before = serverTimeMs(clock);
          clock = look(clock, reading);
          assert.ok(serverTimeMs(clock) >= before - 2_000);
        }
      }),
    );
  });
});
