import { byId } from './dom.ts';
import { formatInstant } from './human-time.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock(location.origin);
const shown = byId('status', HTMLElement).dataset['version'];
await clock.sync();
show();
setInterval(show, 1000);
setInterval(() => void look(), 700);

function show(): void {
  byId('clock', HTMLElement).textContent = formatInstant(clock.nowMs());
}

/** The page is made at the server: when the worker did something, it is fetched anew, unless somebody is typing. */
async function look(): Promise<void> {
  const response = await fetch('/watch/version').catch(() => undefined);
  if (!response?.ok) return;
  const { newest } = (await response.json()) as { newest: number };
  if (String(newest) !== shown && !(document.activeElement instanceof HTMLInputElement)) location.assign('/watch');
}
