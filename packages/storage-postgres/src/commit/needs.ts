import type { Ending, Expectation, Insertion, Plan, Touch } from '@ostiary/model';
import type { ClientId, UserId } from '@ostiary/wire';

/** Kinds of rows in the order in which every commit locks them. */
export const kinds = [
  'user',
  'client',
  'session',
  'device',
  'consent',
  'family',
  'code',
  'interaction',
  'once',
  'username',
] as const;
export type Kind = (typeof kinds)[number];

/**
 * A row that a plan has to do with. `share`: it must stay as it is until the commit; `change`: it may be changed;
 * `born`: it comes with the plan, under an id that nobody else has.
 */
export interface Need {
  kind: Kind;
  id: string;
  mode: 'share' | 'change' | 'born';
}

/** All rows a plan has to do with, those of its set endings aside. */
export function needsOf(plan: Plan): Need[] {
  const needs: Need[] = [];
  for (const expectation of plan.expects) needs.push(ofExpectation(expectation));
  for (const { kind, hash } of plan.consumes) needs.push({ kind, id: hash, mode: 'change' });
  for (const { familyId } of plan.advances) needs.push({ kind: 'family', id: familyId, mode: 'change' });
  for (const ending of plan.ends) needs.push(ofEnding(ending));
  for (const insertion of plan.inserts) needs.push(...ofInsertion(insertion));
  for (const touch of plan.touches) needs.push(ofTouch(touch));
  return needs;
}

/** Users whose living families or sessions a plan ends as a set. */
export function setsEnded({ ends }: Plan): { families: UserId[]; sessions: UserId[] } {
  return {
    families: ends.flatMap((ending) => (ending.kind === 'families' ? [ending.of.userId] : [])),
    sessions: ends.flatMap((ending) => (ending.kind === 'sessions' ? [ending.userId] : [])),
  };
}

export function consentId(userId: UserId, clientId: ClientId): string {
  return `${userId} ${clientId}`;
}

/** The two halves of `consentId`. */
export function consentPair(id: string): [UserId, ClientId] {
  const end = id.indexOf(' ');
  return [id.slice(0, end) as UserId, id.slice(end + 1) as ClientId];
}

function ofExpectation(expectation: Expectation): Need {
  if (expectation.kind !== 'consent') return { kind: expectation.kind, id: expectation.id, mode: 'share' };
  return { kind: 'consent', id: consentId(expectation.userId, expectation.clientId), mode: 'share' };
}

function ofEnding(ending: Ending): Need {
  switch (ending.kind) {
    case 'family':
    case 'session':
    case 'device':
    case 'user':
      return { kind: ending.kind, id: ending.id, mode: 'change' };
    case 'consent':
      return { kind: 'consent', id: consentId(ending.userId, ending.clientId), mode: 'change' };
    // The user's row stands for the set: whoever adds to it holds the row as well.
    case 'families':
      return { kind: 'user', id: ending.of.userId, mode: 'change' };
    case 'sessions':
      return { kind: 'user', id: ending.userId, mode: 'change' };
  }
}

function ofInsertion(insertion: Insertion): Need[] {
  switch (insertion.kind) {
    case 'user':
      return [
        { kind: 'user', id: insertion.row.id, mode: 'born' },
        { kind: 'username', id: insertion.row.username, mode: 'change' },
      ];
    case 'device':
      return [
        { kind: 'device', id: insertion.row.id, mode: 'born' },
        { kind: 'user', id: insertion.row.userId, mode: 'share' },
      ];
    case 'session':
      return [
        { kind: 'session', id: insertion.row.id, mode: 'born' },
        { kind: 'user', id: insertion.row.userId, mode: 'share' },
        { kind: 'device', id: insertion.row.deviceId, mode: 'share' },
      ];
    case 'consent': {
      const { userId, clientId } = insertion.row;
      return [
        { kind: 'consent', id: consentId(userId, clientId), mode: 'change' },
        // A first consent has no row to lock: the user's stands for it.
        { kind: 'user', id: userId, mode: 'change' },
        { kind: 'client', id: clientId, mode: 'share' },
      ];
    }
    case 'family':
      return [
        { kind: 'family', id: insertion.row.id, mode: 'born' },
        { kind: 'user', id: insertion.row.userId, mode: 'share' },
        { kind: 'client', id: insertion.row.clientId, mode: 'share' },
        { kind: 'device', id: insertion.row.deviceId, mode: 'share' },
      ];
    case 'code':
    case 'interaction':
      return [{ kind: insertion.kind, id: insertion.row.hash, mode: 'born' }];
    case 'participant':
      return [{ kind: 'session', id: insertion.row.sessionId, mode: 'share' }];
    case 'revokedToken':
      return [];
  }
}

function ofTouch(touch: Touch): Need {
  switch (touch.kind) {
    case 'family':
    case 'session':
    case 'device':
      return { kind: touch.kind, id: touch.id, mode: 'change' };
    case 'interaction':
      return { kind: 'interaction', id: touch.hash, mode: 'change' };
    case 'password':
    case 'enable':
      return { kind: 'user', id: touch.userId, mode: 'change' };
  }
}
