const UNITS: [name: string, ms: number][] = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** A length of time in its two largest units: `59 min 58 s`, `14 days`, `0 s`. */
export function formatDuration(ms: number): string {
  let restMs = Math.max(0, Math.floor(ms / 1000) * 1000);
  const parts: string[] = [];
  for (const [name, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) parts.push(`${count} ${name === 'day' && count > 1 ? 'days' : name}`);
    else if (parts.length === 1) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

/** `59 min 58 s left`, or `over since 2 h`. */
export function formatRemaining(endMs: number, nowMs: number): string {
  if (nowMs < endMs) return `${formatDuration(Math.ceil((endMs - nowMs) / 1000) * 1000)} left`;
  return nowMs - endMs < 1000 ? 'over just now' : `over for ${formatDuration(nowMs - endMs)}`;
}

/** `21 Nov, 12:04:31`: the day always, because the test clock leaps over days. */
export function formatInstant(atMs: number, timeZone?: string): string {
  return `${formatDay(atMs, timeZone)}, ${formatClock(atMs, timeZone)}`;
}

export function formatDay(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone }).format(atMs);
}

export function formatClock(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone }).format(atMs);
}
