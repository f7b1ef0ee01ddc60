import { appSection } from './account/apps.ts';
import type { ConnectedApp } from './account/apps.ts';
import { deviceSection } from './account/devices.ts';
import type { DeviceSeen } from './account/devices.ts';
import { eventSection } from './account/events.ts';
import type { EventSeen } from './account/events.ts';
import { room } from './frame.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import type { Messages } from './messages/en.ts';
import { nameElement, rich } from './phrase.ts';
import { safeUrl } from './safe-url.ts';

/** What was just done, told once at the top of the page. */
export type Notice =
  | { readonly kind: 'device_removed'; readonly deviceName: string }
  | { readonly kind: 'other_devices_removed' }
  | { readonly kind: 'access_withdrawn'; readonly clientName: string }
  | { readonly kind: 'already_gone' };

export interface AccountView {
  readonly user: { readonly name: string; readonly username: string };
  readonly nowMs: number;
  readonly csrf: string;
  readonly signOutHref: string;
  /** Where the buttons post to: `device` (an id), nothing but `csrf` twice, and `client` (an id). */
  readonly actions: {
    readonly removeDevice: string;
    readonly removeOtherDevices: string;
    readonly signOutEverywhere: string;
    readonly withdrawAccess: string;
  };
  readonly devices: readonly DeviceSeen[];
  readonly apps: readonly ConnectedApp[];
  /** Newest first. */
  readonly events: readonly EventSeen[];
  readonly notice?: Notice;
}

export function accountPage(view: AccountView, look: Look): string {
  const messages = messagesIn(look.locale);
  const { account } = messages;
  return room(look, {
    title: account.title,
    head: html`<nav>${nameElement(view.user.username)}<a href="${safeUrl(view.signOutHref)}">${account.signOut}</a></nav>`,
    body: html`<h1>${account.title}</h1>
${view.notice && html`<p class="alert ok" role="status">${noticeText(view.notice, messages)}</p>`}
${deviceSection(view, look.locale)}
${appSection(view, look.locale)}
${eventSection(view, look.locale)}`,
  });
}

function noticeText(notice: Notice, { account }: Messages): Html | string {
  switch (notice.kind) {
    case 'device_removed':
      return rich(account.notices.deviceRemoved(notice.deviceName));
    case 'other_devices_removed':
      return account.notices.othersRemoved;
    case 'access_withdrawn':
      return rich(account.notices.accessWithdrawn(notice.clientName));
    case 'already_gone':
      return account.notices.alreadyGone;
  }
}
