import type { Device, Session, User } from '@ostiary/model';
import type { Digest, DeviceId, SessionId } from '@ostiary/wire';
import { draft, type PlanDraft } from '../decision.ts';

/** Authentication by password alone. */
export const byPassword: Pick<Session, 'acr' | 'amr'> = { acr: '1', amr: ['pwd'] };

export interface SignInQuestion {
  user: User;
  /** The device of this user behind the browser's device cookie. */
  device?: Device;
  /** The session the browser came with, whoever's it is. */
  previous?: Session;
  userAgent: string;
  deviceName: string;
  /** How the user was authenticated. */
  authentication: Pick<Session, 'acr' | 'amr'>;
  drawn: { sessionId: SessionId; sessionCookieHash: Digest; deviceId: DeviceId; deviceCookieHash: Digest };
  /** Set when the password was stored with older parameters. */
  rehashed?: string;
}

/**
 * Signs a user in who was authenticated. The cookie is always new (no fixation); the same user on the same device keeps
 * the session, so that what is bound to it lives on; another user's session on this browser ends.
 */
export function decideSignIn(question: SignInQuestion, nowMs: number): { sessionId: SessionId; plan: PlanDraft } {
  const { user, previous, drawn } = question;
  const device = question.device ?? newDevice(question, nowMs);
  const isRenewal =
    previous !== undefined &&
    previous.endedAtMs === undefined &&
    previous.userId === user.id &&
    previous.deviceId === device.id &&
    previous.userEpoch === user.epoch;
  const sessionId = isRenewal ? previous.id : drawn.sessionId;
  const who = { userId: user.id, deviceId: device.id, sessionId };
  const plan = draft({
    expects: [
      { kind: 'user', id: user.id, epoch: user.epoch },
      ...(question.device === undefined ? [] : [{ kind: 'device' as const, id: device.id }]),
      ...(isRenewal ? [{ kind: 'session' as const, id: sessionId }] : []),
    ],
    inserts: [
      ...(question.device === undefined ? [{ kind: 'device' as const, row: device }] : []),
      ...(isRenewal ? [] : [{ kind: 'session' as const, row: newSession(question, device, nowMs) }]),
    ],
    touches: [
      { kind: 'device', id: device.id, seenAtMs: nowMs, userAgent: question.userAgent, name: question.deviceName },
      ...(isRenewal ? [renewal(question, sessionId, nowMs)] : []),
      ...(question.rehashed === undefined
        ? []
        : [{ kind: 'password' as const, userId: user.id, passwordHash: question.rehashed }]),
    ],
    events: [
      ...(question.device === undefined
        ? [{ kind: 'device_seen' as const, userId: user.id, deviceId: device.id }]
        : []),
      { kind: 'session_started', ...who },
    ],
  });
  if (previous === undefined || isRenewal || previous.endedAtMs !== undefined) return { sessionId, plan };
  return { sessionId, plan: withEndOf(plan, previous, nowMs) };
}

function newDevice({ user, drawn, userAgent, deviceName }: SignInQuestion, nowMs: number): Device {
  return {
    id: drawn.deviceId,
    userId: user.id,
    cookieHash: drawn.deviceCookieHash,
    name: deviceName,
    userAgent,
    createdAtMs: nowMs,
    seenAtMs: nowMs,
  };
}

function newSession({ user, drawn, authentication }: SignInQuestion, device: Device, nowMs: number): Session {
  return {
    id: drawn.sessionId,
    cookieHash: drawn.sessionCookieHash,
    userId: user.id,
    deviceId: device.id,
    userEpoch: user.epoch,
    authTimeMs: nowMs,
    ...authentication,
    createdAtMs: nowMs,
    seenAtMs: nowMs,
  };
}

function renewal({ drawn, authentication }: SignInQuestion, id: SessionId, nowMs: number) {
  const renewed = { cookieHash: drawn.sessionCookieHash, authTimeMs: nowMs, ...authentication };
  return { kind: 'session' as const, id, seenAtMs: nowMs, renewed };
}

function withEndOf(plan: PlanDraft, previous: Session, nowMs: number): PlanDraft {
  const { userId, id: sessionId, deviceId } = previous;
  const cause = 'session_replaced';
  return {
    ...plan,
    ends: [
      { kind: 'session', id: sessionId, cause, atMs: nowMs },
      { kind: 'families', of: { userId, sessionId, boundTo: 'session' }, cause, atMs: nowMs },
    ],
    events: [...plan.events, { kind: 'session_ended', userId, deviceId, sessionId, cause }],
  };
}
