import { keepForm, restoreForm, sessionDialog } from '@ostiary/browser/dialog';
import type { DirectClient } from '@ostiary/browser/direct';
import { deviceCard } from './device-card.ts';
import type { DeviceCard } from './device-card.ts';
import { directCalls } from './direct-calls.ts';
import { byId } from './dom.ts';
import { formatInstant } from './human-time.ts';
import { loadSettings } from './settings.ts';
import { createTestClock } from './test-clock.ts';

const status = byId('status', HTMLParagraphElement);
const work = byId('work', HTMLFormElement);
const stateless = byId('stateless', HTMLInputElement);
const clock = createTestClock(location.origin);

const say = (text: string, isTrouble = false) => {
  status.textContent = text;
  status.dataset['state'] = isTrouble ? 'error' : 'signed-in';
};

const { issuer } = await loadSettings();
await clock.sync();
byId('account', HTMLAnchorElement).href = `${issuer}/account`;
const calls = directCalls({ list: byId('calls', HTMLOListElement), leapMs: () => clock.leapMs(), say });
const shared = { calls, say, isStateless: () => stateless.checked };
const phone = deviceCard({ ...shared, id: 'phone', name: 'Ada\u2019s phone', renew: 'stealth' });
const laptop = deviceCard({ ...shared, id: 'laptop', name: 'Ada\u2019s laptop', renew: 'onUse' });
byId('devices', HTMLDivElement).append(phone.element, laptop.element);

let forget = () => {};
const watch = (client: DirectClient) => {
  forget();
  forget = sessionDialog(client, { onEnded: () => keepForm(work) });
};
watch(laptop.client());
laptop.onClient(watch);
restoreForm(work);
work.addEventListener('input', () => keepForm(work));

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-advance]')) {
  button.addEventListener('click', () => void advance(Number(button.dataset['advance'])));
}

async function advance(advanceSeconds: number): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advanceSeconds }),
  };
  const response = await fetch('/clock', init);
  if (!response.ok) return say('The issuer has no test clock: it is not in development.', true);
  await clock.sync();
  calls.wake();
  tick();
}

const cards: DeviceCard[] = [phone, laptop];
const tick = () => {
  byId('clock', HTMLElement).textContent = formatInstant(clock.nowMs());
  for (const card of cards) card.show();
};
setInterval(tick, 1000);
tick();
status.dataset['state'] = 'ready';
status.textContent = 'Sign in on both devices, then let time pass, or remove one on the account page.';
