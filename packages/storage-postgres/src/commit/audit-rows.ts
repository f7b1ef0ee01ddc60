import type { AuditEvent } from '@ostiary/model';
import type { IdKind } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call, Value } from '../statement.ts';
import { arrayOf, telling, textArrayOf, uuidOf } from '../values.ts';

const insert = statement(
  'audit_insert',
  `insert into audit (place, id, at, kind, user_id, device_id, session_id, family_id, client_id, cause, reason,
    correlation_id)
  select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[],
    $9::text[], $10::text[], $11::text[], $12::text[])`,
);

/** Audit events that the plans of one batch bring. */
export class AuditRows {
  readonly #rows: { place: string; event: AuditEvent }[] = [];

  append(place: string, event: AuditEvent): void {
    this.#rows.push({ place, event });
  }

  writes(): Call[] {
    const rows = this.#rows;
    if (rows.length === 0) return [];
    const ids = (kind: IdKind, of: (event: AuditEvent) => string | undefined): string =>
      arrayOf(rows.map(({ event }) => optionalUuid(kind, of(event))));
    const texts = (of: (event: AuditEvent) => string | undefined): string =>
      textArrayOf(rows.map(({ event }) => optionalText(of(event))));
    return [
      {
        statement: insert,
        values: [
          arrayOf(rows.map(({ place }) => place)),
          ids('event', (event) => event.id),
          arrayOf(rows.map(({ event }) => event.atMs)),
          texts((event) => event.kind),
          ids('user', (event) => event.userId),
          ids('device', (event) => event.deviceId),
          ids('session', (event) => event.sessionId),
          ids('family', (event) => event.familyId),
          texts((event) => event.clientId),
          texts((event) => event.cause),
          texts((event) => event.reason),
          texts((event) => event.correlationId),
        ],
      },
    ];
  }
}

function optionalUuid(kind: IdKind, id: string | undefined): Value {
  return id === undefined ? null : uuidOf(kind, id);
}

function optionalText(text: string | undefined): Value {
  return text === undefined ? null : telling(text);
}
