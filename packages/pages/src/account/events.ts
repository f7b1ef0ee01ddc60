import type { Cause, EventKind } from '../causes.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { Locale } from '../locale.ts';
import { messagesIn } from '../messages.ts';
import type { Messages } from '../messages/en.ts';
import { rich } from '../phrase.ts';
import { timeElement } from '../time.ts';
import { table } from './table.ts';

export interface EventSeen {
  readonly kind: EventKind;
  readonly atMs: number;
  readonly clientName?: string;
  readonly deviceName?: string;
  /** Why it happened, where something ended. */
  readonly cause?: Cause;
}

export interface EventsView {
  readonly nowMs: number;
  readonly events: readonly EventSeen[];
}

export function eventSection({ events, nowMs }: EventsView, locale: Locale): Html {
  const messages = messagesIn(locale);
  const { account } = messages;
  const rows = events.map((event) => [sentence(event, messages), timeElement(event.atMs, nowMs, locale)]);
  return html`<section aria-labelledby="events"><h2 id="events">${account.events}</h2>
${rows.length === 0 ? html`<p class="empty">${account.noEvents}</p>` : table({ labelledBy: 'events', columns: [account.what, account.when], rows })}</section>`;
}

function sentence({ kind, clientName, deviceName, cause }: EventSeen, messages: Messages): Html {
  const names = { client: clientName ?? messages.unknownClient, device: deviceName ?? messages.unknownDevice };
  // What is its own cause, such as access that was withdrawn, is said once.
  const why = cause !== undefined && cause !== kind && html`<br><span class="quiet">${messages.causes[cause]}</span>`;
  return html`${rich(messages.events[kind](names))}${why}`;
}
