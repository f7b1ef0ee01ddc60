import { hiddenFields, room } from './frame.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Look } from './look.ts';
import { messagesIn } from './messages.ts';
import type { Messages } from './messages/en.ts';
import { nameElement, plain, rich } from './phrase.ts';
import { safeUrl } from './safe-url.ts';

/** What is about to be done. */
export type Danger =
  | {
      readonly kind: 'remove_device';
      readonly deviceName: string;
      readonly isCurrent: boolean;
      readonly clientNames: readonly string[];
    }
  | { readonly kind: 'remove_other_devices'; readonly deviceNames: readonly string[] }
  | { readonly kind: 'sign_out_everywhere' }
  | { readonly kind: 'withdraw_access'; readonly clientName: string; readonly isOffline: boolean };

export interface ConfirmView {
  readonly danger: Danger;
  readonly action: string;
  readonly csrf: string;
  /** Posted along unchanged, for instance `{ device: 'dev_...' }`. */
  readonly hidden: Readonly<Record<string, string>>;
  readonly cancelHref: string;
}

interface Question {
  readonly title: string;
  readonly body: Html;
  readonly submit: string;
}

/** Asks once before something is taken away. Posts `confirm=yes` with `csrf` and the hidden fields. */
export function confirmPage(view: ConfirmView, look: Look): string {
  const messages = messagesIn(look.locale);
  const { title, body, submit } = questionFor(view.danger, messages);
  return room(look, {
    title,
    body: html`<section class="question"><h1>${title}</h1>
${body}
<form method="post" action="${safeUrl(view.action)}">${hiddenFields({ ...view.hidden, csrf: view.csrf })}
<div class="actions"><button class="dangerous" name="confirm" value="yes">${submit}</button><a class="button quiet" href="${safeUrl(view.cancelHref)}">${messages.confirm.cancel}</a></div></form></section>`,
  });
}

function questionFor(danger: Danger, { confirm }: Messages): Question {
  switch (danger.kind) {
    case 'remove_device':
      return {
        title: plain(confirm.device(danger.deviceName)),
        body: html`<p>${rich(confirm.deviceText(danger.deviceName))}</p>${danger.isCurrent && html`<p><strong>${confirm.thisDeviceText}</strong></p>`}${names(danger.clientNames, confirm.deviceApps)}`,
        submit: confirm.deviceSubmit,
      };
    case 'remove_other_devices':
      return {
        title: confirm.others,
        body: html`${names(danger.deviceNames, confirm.othersText)}`,
        submit: confirm.othersSubmit,
      };
    case 'sign_out_everywhere':
      return {
        title: confirm.everywhere,
        body: html`<p>${confirm.everywhereText}</p><p><strong>${confirm.everywhereHere}</strong></p>`,
        submit: confirm.everywhereSubmit,
      };
    case 'withdraw_access':
      return {
        title: plain(confirm.app(danger.clientName)),
        body: html`<p>${rich(confirm.appText(danger.clientName))}${danger.isOffline && ` ${confirm.appOffline}`}</p>`,
        submit: confirm.appSubmit,
      };
  }
}

function names(list: readonly string[], introduction: string): Html | undefined {
  if (list.length === 0) return undefined;
  return html`<p>${introduction}</p><ul>${list.map((name) => html`<li>${nameElement(name)}</li>`)}</ul>`;
}
