import { html } from './html.ts';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** From the coarsest to the finest; the first that fits at least once is used. */
const steps: readonly { readonly unit: Intl.RelativeTimeFormatUnit; readonly ms: number }[] = [
  { unit: 'year', ms: 365 * dayMs },
  { unit: 'month', ms: 30 * dayMs },
  { unit: 'day', ms: dayMs },
  { unit: 'hour', ms: hourMs },
  { unit: 'minute', ms: minuteMs },
];

/** A moment told relative to now ("2 hours ago"), with the exact time on hover and for screen readers. */
export function timeElement(atMs: number, nowMs: number, locale: Locale): Html {
  const exact = exactTime(atMs, locale);
  return html`<time datetime="${new Date(atMs).toISOString()}" title="${exact}">${relativeTime(atMs, nowMs, locale)}<span class="hidden"> (${exact})</span></time>`;
}

/** "2 hours ago", "1 day ago"; anything under a minute, and a moment in the future (clocks differ), is "now". */
export function relativeTime(atMs: number, nowMs: number, locale: Locale): string {
  const ageMs = nowMs - atMs;
  const step = steps.find(({ ms }) => ageMs >= ms);
  if (!step) return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');
  // Not "yesterday": without the person's time zone, 26 hours ago may be another day than that.
  return new Intl.RelativeTimeFormat(locale).format(-Math.floor(ageMs / step.ms), step.unit);
}

/** How long to wait, in words: "45 seconds", "2 minutes". Rounded up, so that the wait is over when it was said to be. */
export function durationText(seconds: number, locale: Locale): string {
  const unit = seconds < 60 ? 'second' : seconds < 3600 ? 'minute' : 'hour';
  const perUnit = { second: 1, minute: 60, hour: 3600 };
  const count = Math.max(1, Math.ceil(seconds / perUnit[unit]));
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

function exactTime(atMs: number, locale: Locale): string {
  // The person's time zone is not known without script, so the exact time names its own.
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' }).format(atMs);
}
