import type { Log, LogFields } from '@ostiary/service';
import type { LogLevel } from './config/define-config.ts';

export interface LogSink {
  /** Takes one whole line, its end included. */
  write(line: string): void;
  /** A person is watching: short lines in place of JSON. */
  isTerminal: boolean;
}

/** Fields that may be written. Whatever another name carries, a secret perhaps, is withheld. */
const writableFields = new Set([
  'alg',
  'at',
  'cause',
  'client',
  'correlationId',
  'count',
  'error',
  'exitCode',
  'heldMs',
  'host',
  'issuer',
  'kid',
  'leftMs',
  'offsetMs',
  'parameter',
  'path',
  'place',
  'port',
  'reason',
  'removed',
  'retryAfterSeconds',
  'signal',
  'version',
]);

/** The log of the program: one JSON object a line, or on a terminal one short line. */
export async function openLog(level: LogLevel, sink: LogSink): Promise<Log> {
  const { pino } = await import('pino');
  const logger = pino(
    {
      level,
      base: undefined,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink.write(sink.isTerminal ? shortLine(line) : line) },
  );
  return {
    info: (event, fields) => logger.info(writable(fields), event),
    warn: (event, fields) => logger.warn(writable(fields), event),
    error: (event, fields) => logger.error(writable(fields), event),
  };
}

function writable(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, writableFields.has(name) ? value : '[withheld]']),
  );
}

/** `12:30:00 warn  token_refused reason=code_expired client=web` */
function shortLine(line: string): string {
  const { time, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const words = Object.entries(fields).map(([name, value]) => `${name}=${plain(String(value))}`);
  return `${[String(time).slice(11, 19), String(level).padEnd(5), String(event), ...words].join(' ')}\n`;
}

/** What a stranger sent must not steer the terminal, nor look like another field. */
function plain(value: string): string {
  return /^[\x21\x23-\x7e]*$/.test(value) ? value : JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, '?');
}
