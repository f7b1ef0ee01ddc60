import type { Environment } from '@ostiary/browser';
import { browserEnvironment } from '@ostiary/browser/environment';
import { html } from './dom.ts';
import { isJsonObject } from './jwt.ts';

/** What the devices of the page say to their back end, written down; and what a thief could do with it. */
export interface DirectCalls {
  /** Of the computer that this device is in the page: its own label, its own log. */
  environment(device: string): Environment;
  deviceId(device: string): string;
  /** A button that tries this device's refresh token on the other device. */
  stolenFrom(device: string): HTMLElement;
  /** As when the computer wakes up. */
  wake(): void;
}

interface CallsPorts {
  list: HTMLOListElement;
  leapMs: () => number;
  say: (text: string, isTrouble?: boolean) => void;
}

const shownMembers = ['error', 'error_cause', 'result', 'access_token_expires_at', 'refresh_token_expires_at'];

export function directCalls({ list, leapMs, say }: CallsPorts): DirectCalls {
  const sleepers = new Set<() => void>();
  /** The last refresh call's address and token of each device. */
  const held = new Map<string, Held>();

  async function call(device: string, input: string, init: RequestInit | undefined): Promise<Response> {
    const response = await fetch(input, init);
    const answer: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    list.prepend(itemOf(device, input, { status: response.status, answer }));
    const token = isJsonObject(answer) ? answer['refresh_token'] : undefined;
    if (typeof token === 'string') held.set(device, { url: input.replace(/sign-in$/, 'refresh'), token });
    return response;
  }

  async function tryElsewhere(device: string): Promise<void> {
    const stolen = held.get(device);
    const other = otherThan(device);
    if (stolen === undefined) return say(`Sign the ${device} in first.`);
    const body = JSON.stringify({ refresh_token: stolen.token, device_id: deviceId(other) });
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    const { status } = await call(`${other} with the token of the ${device}`, stolen.url, init);
    if (status !== 400) return say(`The answer was ${status}.`, true);
    say(`Refused: the token of the ${device} is worthless on the ${other}, and the ${device} goes on.`);
  }

  return {
    environment: (device) => movedEnvironment({ leapMs, sleepers, call: (input, init) => call(device, input, init) }),
    deviceId,
    stolenFrom(device) {
      const label = `Try its token on the ${otherThan(device)}`;
      const button = html('button', { type: 'button', class: 'small', 'data-testid': `${device}-steal` }, label);
      button.addEventListener('click', () => void tryElsewhere(device));
      return html('p', {}, button);
    },
    wake() {
      for (const callBack of sleepers) callBack();
    },
  };
}

interface Held {
  url: string;
  token: string;
}

interface Moved {
  leapMs: () => number;
  sleepers: Set<() => void>;
  call: (input: string, init: RequestInit | undefined) => Promise<Response>;
}

/** The browser with its clocks moved, and its calls written down. */
function movedEnvironment({ leapMs, sleepers, call }: Moved): Environment {
  const browser = browserEnvironment();
  return {
    ...browser,
    wallMs: () => browser.wallMs() + leapMs(),
    monotonicMs: () => browser.monotonicMs() + leapMs(),
    fetch: (input, init) => call(typeof input === 'string' ? input : input.url, init),
    onWake(callBack) {
      const stop = browser.onWake(callBack);
      sleepers.add(callBack);
      return () => {
        stop();
        sleepers.delete(callBack);
      };
    },
  };
}

function otherThan(device: string): string {
  return device === 'phone' ? 'laptop' : 'phone';
}

/** Drawn once for each device of this page. */
function deviceId(device: string): string {
  const key = `lab.device.${device}`;
  const id = localStorage.getItem(key) ?? crypto.randomUUID();
  localStorage.setItem(key, id);
  return id;
}

function itemOf(device: string, url: string, { status, answer }: { status: number; answer: unknown }): HTMLLIElement {
  const told = isJsonObject(answer) ? answer : {};
  const members = shownMembers
    .filter((name) => told[name] !== undefined)
    .map((name) => `${name}: ${String(told[name])}`);
  const item = html('li', { 'data-testid': 'call', 'data-device': device, 'data-status': String(status) });
  item.append(html('strong', {}, `${device}: POST ${url}`));
  item.append(html('p', { class: 'quiet fine' }, `${status} ${members.join(', ')}`));
  return item;
}
