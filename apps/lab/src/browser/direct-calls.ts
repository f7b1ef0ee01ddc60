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
  const browser = browserEnvironment();
  const sleepers = new Set<() => void>();
  const ids = new Map<string, string>();
  /** The last refresh call's address and token of each device. */
  const held = new Map<string, { url: string; token: string }>();
  const idOf = (device: string) => ids.get(device) ?? drawnId(device);

  function drawnId(device: string): string {
    const key = `lab.device.${device}`;
    const id = localStorage.getItem(key) ?? browser.random(16);
    localStorage.setItem(key, id);
    ids.set(device, id);
    return id;
  }

  async function call(device: string, input: string, init: RequestInit | undefined): Promise<Response> {
    const response = await browser.fetch(input, init);
    const answer: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    note(device, input, response.status, answer);
    const token = isJsonObject(answer) ? answer['refresh_token'] : undefined;
    if (typeof token === 'string') held.set(device, { url: input.replace(/sign-in$/, 'refresh'), token });
    return response;
  }

  function note(device: string, url: string, status: number, answer: unknown): void {
    const members = isJsonObject(answer) ? shownMembers.filter((name) => answer[name] !== undefined) : [];
    const said = members.map((name) => `${name}: ${String(isJsonObject(answer) ? answer[name] : '')}`).join(', ');
    const item = html('li', { 'data-testid': 'call', 'data-device': device, 'data-status': String(status) });
    item.append(html('strong', {}, `${device}: POST ${url}`), html('p', { class: 'quiet fine' }, `${status} ${said}`));
    list.prepend(item);
  }

  async function tryElsewhere(device: string): Promise<void> {
    const stolen = held.get(device);
    const other = device === 'phone' ? 'laptop' : 'phone';
    if (stolen === undefined) return say(`Sign the ${device} in first.`);
    const body = JSON.stringify({ refresh_token: stolen.token, device_id: idOf(other) });
    const headers = { 'content-type': 'application/json' };
    const response = await call(`${other} with the token of the ${device}`, stolen.url, {
      method: 'POST',
      body,
      headers,
    });
    const isRefused = response.status === 400;
    say(
      isRefused
        ? `Refused: the token of the ${device} is worthless on the ${other}, and the ${device} goes on.`
        : 'Accepted?',
      !isRefused,
    );
  }

  return {
    environment: (device) => ({
      ...browser,
      wallMs: () => browser.wallMs() + leapMs(),
      monotonicMs: () => browser.monotonicMs() + leapMs(),
      fetch: (input, init) => call(device, String(input), init),
      onWake(callBack) {
        const stop = browser.onWake(callBack);
        sleepers.add(callBack);
        return () => {
          stop();
          sleepers.delete(callBack);
        };
      },
    }),
    deviceId: idOf,
    stolenFrom(device) {
      const other = device === 'phone' ? 'laptop' : 'phone';
      const button = html(
        'button',
        { type: 'button', class: 'small', 'data-testid': `${device}-steal` },
        `Try its token on the ${other}`,
      );
      button.addEventListener('click', () => void tryElsewhere(device));
      return html('p', {}, button);
    },
    wake() {
      for (const callBack of sleepers) callBack();
    },
  };
}
