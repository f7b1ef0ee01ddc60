import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLevel } from './config/define-config.ts';
import { openLog } from './log.ts';

async function opened(level: LogLevel, isTerminal: boolean) {
  const lines: string[] = [];
  const log = await openLog(level, { write: (line) => lines.push(line), isTerminal });
  return { log, lines };
}

test('a line is one JSON object with time, level, event and fields', async () => {
  const { log, lines } = await opened('info', false);
  log.warn('token_refused', { reason: 'code_expired', client: 'web', cause: undefined });
  assert.equal(lines.length, 1);
  const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, { level: 'warn', reason: 'code_expired', client: 'web', event: 'token_refused' });
  assert.ok(lines[0]?.endsWith('\n'));
});

test('a field that is not on the list is withheld', async () => {
  const { log, lines } = await opened('info', false);
  log.info('token_refused', { refreshToken: 'ort_hush', password: 'hush' });
  assert.ok(!lines.join('').includes('hush'));
  const { refreshToken, password } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.deepEqual([refreshToken, password], ['[withheld]', '[withheld]']);
});

test('lines below the level are not written', async () => {
  const { log, lines } = await opened('warn', false);
  log.info('client_enabled', { client: 'web' });
  log.error('unexpected');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { event: string }).event),
    ['unexpected'],
  );
});

test('silent writes nothing', async () => {
  const { log, lines } = await opened('silent', false);
  log.error('unexpected');
  assert.deepEqual(lines, []);
});

test('a terminal gets one short line', async () => {
  const { log, lines } = await opened('info', true);
  log.info('client_enabled', { client: 'web', count: 2 });
  assert.match(lines.join(''), /^\d\d:\d\d:\d\d info {2}client_enabled client=web count=2\n$/);
});

test('what a stranger sent cannot steer the terminal or look like another field', async () => {
  const { log, lines } = await opened('info', true);
  log.info('authorization_refused', { parameter: 'a\u001b[2J\nreason=x', reason: 'ümlaut\u009b' });
  assert.match(lines.join(''), /^[\x20-\x7e]*\n$/);
  assert.ok(lines.join('').includes('parameter="a\\u001b[2J\\nreason=x"'));
});
