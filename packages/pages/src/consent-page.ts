import { clientTile, door, hiddenFields } from './frame.ts';
import type { ClientSeen } from './frame.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import type { Messages } from './messages/en.ts';
import { permissionText, type PermissionSeen } from './permission.ts';
import { nameElement, plain, rich } from './phrase.ts';
import { safeUrl } from './safe-url.ts';

export interface ConsentView {
  readonly client: ClientSeen;
  /** Host (and port) of the redirect URI: tells apart two apps of the same name. */
  readonly redirectHost: string;
  readonly signedInAs: { readonly name: string; readonly username: string };
  readonly action: string;
  readonly ticket: string;
  readonly csrf: string;
  /** What is asked for now. */
  readonly permissions: readonly PermissionSeen[];
  /** What was allowed before and is asked for again: folded away. */
  readonly alreadyGranted: readonly PermissionSeen[];
}

/** Posts `decision=allow` or `decision=deny` with `ticket` and `csrf`. */
export function consentPage(view: ConsentView, look: Look): string {
  const messages = messagesIn(look.locale);
  const { consent } = messages;
  const title = consent.title(view.client.name);
  return door(look, {
    title: plain(title),
    body: html`<div class="asker">${clientTile(view.client)}<h1>${rich(title)}</h1>
<p class="quiet">${rich(consent.signedInAs(view.signedInAs.name))} (${nameElement(view.signedInAs.username)})</p></div>
${asked(view, messages)}
${view.alreadyGranted.length > 0 && html`<details><summary>${consent.alreadyAllowed}</summary>${permissionList(view.alreadyGranted, messages)}</details>`}
<form method="post" action="${safeUrl(view.action)}">${hiddenFields({ ticket: view.ticket, csrf: view.csrf })}
<div class="choice"><button name="decision" value="deny">${consent.deny}</button><button name="decision" value="allow">${consent.allow}</button></div></form>
<p class="quiet small">${rich(consent.sendsTo(view.redirectHost))}. ${rich(consent.later(look.theme.productName))}</p>`,
  });
}

function asked({ permissions }: ConsentView, messages: Messages): Html {
  const { consent } = messages;
  if (permissions.length === 0) return html`<p>${consent.nothingNew}</p>`;
  return html`<h2>${consent.wants}</h2>${permissionList(permissions, messages)}`;
}

function permissionList(permissions: readonly PermissionSeen[], messages: Messages): Html {
  const offlineFirst = permissions.toSorted((a, b) => Number(b.kind === 'offline') - Number(a.kind === 'offline'));
  return html`<ul class="permissions">${offlineFirst.map((permission) => permissionItem(permission, messages))}</ul>`;
}

function permissionItem(permission: PermissionSeen, messages: Messages): Html {
  const { consent } = messages;
  if (permission.kind === 'offline')
    return html`<li class="offline"><strong>${consent.offlineTitle}</strong><br>${consent.offlineText}</li>`;
  const apiName = permission.kind === 'api' ? permission.apiName : undefined;
  const text = permissionText(permission, messages);
  return html`<li>${text}${apiName !== undefined && html` <span class="quiet">${rich(consent.atApi(apiName))}</span>`}</li>`;
}
