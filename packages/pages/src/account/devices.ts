import { hiddenFields } from '../frame.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { Locale } from '../locale.ts';
import { messagesIn } from '../messages.ts';
import type { Messages } from '../messages/en.ts';
import { nameElement, plain } from '../phrase.ts';
import { safeUrl } from '../safe-url.ts';
import { timeElement } from '../time.ts';
import { table } from './table.ts';

export interface DeviceSeen {
  readonly id: string;
  /** Such as "Firefox on Linux". */
  readonly name: string;
  readonly isCurrent: boolean;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Names of the apps that are signed in on it. */
  readonly appNames: readonly string[];
}

export interface DevicesView {
  readonly nowMs: number;
  readonly csrf: string;
  readonly actions: {
    readonly removeDevice: string;
    readonly removeOtherDevices: string;
    readonly signOutEverywhere: string;
  };
  readonly devices: readonly DeviceSeen[];
}

export function deviceSection(view: DevicesView, locale: Locale): Html {
  const messages = messagesIn(locale);
  const { account } = messages;
  return html`<section aria-labelledby="devices"><h2 id="devices">${account.devices}</h2>
${view.devices.length === 0 ? html`<p class="empty">${account.noDevices}</p>` : deviceTable(view, messages, locale)}
${view.devices.some(({ isCurrent }) => !isCurrent) && removeOthersForm(view, messages)}
${everywhereForm(view, messages)}</section>`;
}

function deviceTable(view: DevicesView, messages: Messages, locale: Locale): Html {
  const { account } = messages;
  return table({
    labelledBy: 'devices',
    columns: [account.device, account.apps, account.firstSeen, account.lastSeen, account.action],
    rows: view.devices.map((device) => [
      html`${nameElement(device.name)}${device.isCurrent && html` <span class="badge">${account.thisDevice}</span>`}`,
      appNames(device, messages),
      timeElement(device.firstSeenMs, view.nowMs, locale),
      timeElement(device.lastSeenMs, view.nowMs, locale),
      removeForm(device, view, messages),
    ]),
  });
}

function appNames({ appNames }: DeviceSeen, { account }: Messages): Html {
  if (appNames.length === 0) return html`<span class="quiet">${account.noApps}</span>`;
  return html`${appNames.map((name, index) => html`${index > 0 && ', '}${nameElement(name)}`)}`;
}

function removeForm(device: DeviceSeen, { actions, csrf }: DevicesView, { account }: Messages): Html {
  return html`<form method="post" action="${safeUrl(actions.removeDevice)}">${hiddenFields({ csrf, device: device.id })}<button aria-label="${plain(account.removeDeviceLabel(device.name))}">${account.removeDevice}</button></form>`;
}

function removeOthersForm({ actions, csrf }: DevicesView, { account }: Messages): Html {
  return html`<form method="post" action="${safeUrl(actions.removeOtherDevices)}">${hiddenFields({ csrf })}<button>${account.removeOthers}</button></form>`;
}

function everywhereForm({ actions, csrf }: DevicesView, { account }: Messages): Html {
  return html`<form method="post" action="${safeUrl(actions.signOutEverywhere)}">${hiddenFields({ csrf })}<button>${account.signOutEverywhere}</button></form>`;
}
