import { hiddenFields } from '../frame.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { Locale } from '../locale.ts';
import { messagesIn } from '../messages.ts';
import type { Messages } from '../messages/en.ts';
import { permissionText, type PermissionSeen } from '../permission.ts';
import { nameElement, plain } from '../phrase.ts';
import { safeUrl } from '../safe-url.ts';
import { timeElement } from '../time.ts';
import { table } from './table.ts';

export interface ConnectedApp {
  readonly clientId: string;
  readonly clientName: string;
  readonly permissions: readonly PermissionSeen[];
  readonly sinceMs: number;
}

export interface AppsView {
  readonly nowMs: number;
  readonly csrf: string;
  readonly actions: { readonly withdrawAccess: string };
  readonly apps: readonly ConnectedApp[];
}

export function appSection(view: AppsView, locale: Locale): Html {
  const messages = messagesIn(locale);
  const { account } = messages;
  return html`<section aria-labelledby="apps"><h2 id="apps">${account.connectedApps}</h2>
${view.apps.length === 0 ? html`<p class="empty">${account.noConnectedApps}</p>` : appTable(view, messages, locale)}</section>`;
}

function appTable(view: AppsView, messages: Messages, locale: Locale): Html {
  const { account } = messages;
  return table({
    labelledBy: 'apps',
    columns: [account.app, account.may, account.since, account.action],
    rows: view.apps.map((app) => [
      nameElement(app.clientName),
      permissions(app, messages),
      timeElement(app.sinceMs, view.nowMs, locale),
      withdrawForm(app, view, messages),
    ]),
  });
}

/** What it may do, and whether it may while the person is away. */
function permissions(app: ConnectedApp, messages: Messages): Html {
  const { account } = messages;
  const list = app.permissions.flatMap((permission) =>
    permission.kind === 'offline' ? [] : [html`<li>${permissionText(permission, messages)}</li>`],
  );
  const isOffline = app.permissions.some(({ kind }) => kind === 'offline');
  return html`<ul class="plain">${list}<li class="quiet">${isOffline ? account.offline : account.online}</li></ul>`;
}

function withdrawForm(app: ConnectedApp, { actions, csrf }: AppsView, { account }: Messages): Html {
  return html`<form method="post" action="${safeUrl(actions.withdrawAccess)}">${hiddenFields({ csrf, client: app.clientId })}<button aria-label="${plain(account.withdrawLabel(app.clientName))}">${account.withdraw}</button></form>`;
}
