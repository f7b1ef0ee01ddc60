import type { SessionRecord, SessionStore } from '@ostiary/browser';
import { fingerprint } from './base64url.ts';
import type { Exchange, Fact, TokenFact } from './exchange-log.ts';
import { isJsonObject } from './jwt.ts';
import type { Recorder } from './recorder.ts';

/** The session as the SDK keeps it, and what each answer did to it. */
export interface SessionWatch {
  /** The store, with this watch before it. */
  over(store: SessionStore): SessionStore;
  /** Hears what was on the wire. */
  heard(exchange: Exchange, body: string): void;
  record(): SessionRecord | undefined;
  /** 0 at sign-in, one more for each successor. */
  generation(): number;
  /** The last refresh token that was on the wire and lost, by its fingerprint. */
  lost(): string | undefined;
  /** Says in the log that the session is over. */
  ended(reason: Extract<Fact, { kind: 'ended' }>): void;
  /** Until all that was heard is written down. */
  settled(): Promise<void>;
}

interface WatchPorts {
  recorder: () => Recorder;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  onChange: () => void;
}

const KEY = 'lab.generation';

export function watchSession({ recorder, storage, onChange }: WatchPorts): SessionWatch {
  let seen: SessionRecord | undefined;
  let generation = Number(storage.getItem(KEY) ?? 0);
  let lost: string | undefined;
  let latest = 0;
  let writing = Promise.resolve();
  const write = (work: () => Promise<void>) => (writing = writing.then(work));

  function stored(record: SessionRecord | undefined): void {
    const before = seen;
    seen = record;
    if (record !== undefined && record.tokens.accessToken !== before?.tokens.accessToken) {
      const isRenewed = before?.id === record.id;
      const isSuccessor = before?.tokens.refreshToken !== record.tokens.refreshToken;
      generation = isRenewed ? generation + (isSuccessor ? 1 : 0) : 0;
      storage.setItem(KEY, String(generation));
      const [number, atGeneration] = [latest, generation];
      void write(async () => {
        const tokens = await factOf(record, atGeneration);
        const repeats = lost !== undefined && lost === tokens.refreshFingerprint;
        recorder().note(number, isRenewed ? { kind: 'renewed', tokens, repeats } : { kind: 'signed-in', tokens });
      });
    }
    onChange();
  }

  return {
    over: (store) => ({
      read: () => tapped(store.read(), (record) => (seen = record)),
      update: (change) => tapped(store.update(change), stored),
    }),
    heard({ number, purpose, outcome }, body) {
      if (['code', 'refresh', 'callback'].includes(purpose)) latest = number;
      const successor = outcome.kind === 'lost' ? refreshTokenIn(body) : undefined;
      const before = generation;
      if (successor === undefined) return;
      void write(async () => {
        lost = await fingerprint(successor);
        recorder().note(number, { kind: 'answer-lost', generation: before, successor: lost });
      });
    },
    record: () => seen,
    generation: () => generation,
    lost: () => lost,
    ended: (fact) => recorder().note(latest, fact),
    settled: () => writing,
  };
}

/** Looks at a value on its way, now or when it comes. */
function tapped<Value>(value: Value | Promise<Value>, look: (value: Value) => void): Value | Promise<Value> {
  if (value instanceof Promise) return value.then((each: Value) => tapped(each, look));
  look(value);
  return value;
}

async function factOf({ tokens }: SessionRecord, generation: number): Promise<TokenFact> {
  const { accessToken, refreshToken, expiresAtMs, refreshExpiresAtMs } = tokens;
  return {
    accessFingerprint: await fingerprint(accessToken),
    accessExpiresAtMs: expiresAtMs,
    refreshFingerprint: refreshToken === undefined ? undefined : await fingerprint(refreshToken),
    refreshExpiresAtMs,
    generation,
  };
}

function refreshTokenIn(body: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    const token = isJsonObject(answer) ? answer['refresh_token'] : undefined;
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}
