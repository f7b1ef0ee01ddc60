import type { ServerError } from './answer.ts';

/** Where a session stands. Only `invalid_grant`, policy and sign-out lead out of it. */
export type SessionState =
  | { kind: 'signedOut'; reason: SignedOutReason }
  | { kind: 'active' }
  | { kind: 'renewing' }
  /** A renewal did not succeed and nothing is lost. `retryAtMs` is server time. */
  | { kind: 'degraded'; reason: DegradedReason; retryAtMs: number }
  /** The session ends soon. `canExtend`: renewing now makes it last longer. It stays so while a renewal fails. */
  | { kind: 'expiring'; secondsLeft: number; canExtend: boolean }
  | { kind: 'ended'; reason: EndReason };

export type SignedOutReason = 'neverSignedIn' | 'signedOut' | 'signedOutElsewhere';
export type DegradedReason = 'offline' | 'serverBusy' | 'unreadable' | 'misconfigured' | 'interactionNeeded';
export interface EndReason {
  /** `grantEnded`: the server said so; `expired`: its time was over; `signInRequired`: the user's sign-in there is over. */
  code: 'grantEnded' | 'expired' | 'signInRequired';
  error?: ServerError;
}

export type SessionEvent =
  | { kind: 'signedIn' }
  | { kind: 'renewalBegan' }
  | { kind: 'renewed' }
  | { kind: 'renewalFailed'; reason: DegradedReason; retryAtMs: number }
  | { kind: 'endNear'; secondsLeft: number; canExtend: boolean }
  | { kind: 'endFar' }
  | { kind: 'signedOut'; where: 'here' | 'elsewhere' }
  | { kind: 'ended'; reason: EndReason };

/** The state after an event. A renewal that was under way when the session ended or was left brings nothing back. */
export function nextState(state: SessionState, event: SessionEvent): SessionState {
  if (event.kind === 'signedIn') return { kind: 'active' };
  if (event.kind === 'signedOut')
    return { kind: 'signedOut', reason: event.where === 'here' ? 'signedOut' : 'signedOutElsewhere' };
  // That the store is empty is often seen before it is heard why.
  const isUnexplained = state.kind === 'signedOut' && state.reason === 'signedOutElsewhere';
  if (event.kind === 'ended' && (isUnexplained || !isOver(state))) return event;
  if (isOver(state)) return state;
  switch (event.kind) {
    case 'renewalBegan':
      return state.kind === 'active' ? { kind: 'renewing' } : state;
    case 'renewed':
      // Renewing does not move every end.
      return state.kind === 'expiring' && !state.canExtend ? state : { kind: 'active' };
    case 'renewalFailed': {
      const { reason, retryAtMs } = event;
      return state.kind === 'expiring' && state.secondsLeft > 0 ? state : { kind: 'degraded', reason, retryAtMs };
    }
    case 'endFar':
      return state.kind === 'expiring' ? { kind: 'active' } : state;
    case 'endNear': {
      const { secondsLeft, canExtend } = event;
      return { kind: 'expiring', secondsLeft, canExtend };
    }
    default:
      return state;
  }
}

/** Whether nobody is signed in. */
export function isOver({ kind }: SessionState): boolean {
  return kind === 'signedOut' || kind === 'ended';
}
