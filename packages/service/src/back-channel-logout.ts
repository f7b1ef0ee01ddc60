import type { LogoutNotice, Session } from '@ostiary/model';
import { draft, isEndOfAll, judgeDelivery, type Delivery, type NoticeOutcome } from '@ostiary/protocol';
import { StorageUnavailable } from '@ostiary/storage';
import type { ClientMetadata } from '@ostiary/wire';
import { mintLogoutToken } from './mint.ts';
import type { Courier, LogoutTelling } from './ports.ts';
import type { Service } from './service.ts';
import { carryOut } from './settle.ts';

/** At once; the others wait for the next round. */
const noticesPerRound = 16;
/** Longer than telling one takes. When it is over, another node tells again. */
const leaseMs = 30_000;

/** Whether any client is to be told of anything: without one there is nothing to look for. */
export function tellsOfLogouts({ settings }: Service): boolean {
  return settings.clients.some(({ metadata }) => metadata.backchannel_logout_uri !== undefined);
}

/**
 * One round of telling clients that sessions ended, on any number of nodes at once: each client is told at least once of each
 * session, again until it answers 2xx, for a day. Every outcome is recorded.
 * @returns whether more may be due
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#Backchannel Back-Channel Logout 1.0 section 2}
 */
export async function tellOfLogouts(service: Service, courier: Courier): Promise<boolean> {
  const { store, clock } = service;
  try {
    const nowMs = clock.now();
    const notices = await store.participants.claim(nowMs, nowMs + leaseMs, noticesPerRound);
    await Promise.all(notices.map((notice) => tell(service, courier, notice)));
    return notices.length === noticesPerRound;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    service.log.warn('logout_notices_postponed');
    return false;
  }
}

async function tell(service: Service, courier: Courier, notice: LogoutNotice): Promise<void> {
  const { store } = service;
  const session = await store.sessions.find(notice.sessionId);
  if (session === undefined) return store.participants.settle(notice);
  const delivery = await deliver(service, courier, notice, session);
  const outcome = judgeDelivery(notice, session, delivery, { nowMs: service.clock.now(), jitter: jitterOf(service) });
  if (!delivery.isDelivered) {
    const { attempts } = notice;
    service.log.warn('logout_not_delivered', { client: notice.clientId, reason: delivery.why, attempts });
  }
  service.meter.toldOfLogout(tellingOf(delivery, outcome));
  await conclude(service, notice, outcome);
}

async function deliver(
  service: Service,
  courier: Courier,
  { clientId }: LogoutNotice,
  session: Session,
): Promise<Delivery> {
  const state = await service.store.clients.find(clientId);
  if (state === undefined || state.isDisabled) return { isDelivered: false, why: 'client_disabled', isFinal: true };
  const client = service.clients.get(clientId)?.metadata;
  const uri = client?.backchannel_logout_uri;
  // A node whose configuration is newer knows where, or the client does not want to be told any more.
  if (client === undefined || uri === undefined) return { isDelivered: false, why: 'not_configured' };
  const form = new URLSearchParams({ logout_token: await logoutToken(service, client, session) });
  return deliveryOf(await courier.post(uri, form));
}

/** Each attempt has a token of its own: one that was seen before would be refused as a replay. */
async function logoutToken(service: Service, client: ClientMetadata, session: Session): Promise<string> {
  const namesUser = client.backchannel_logout_session_required !== true || isEndOfAll(session.endCause);
  const about = { clientId: client.client_id, sessionId: session.id, ...(namesUser && { subject: session.userId }) };
  return mintLogoutToken(service, about, service.clock.now());
}

function deliveryOf(answer: Awaited<ReturnType<Courier['post']>>): Delivery {
  if ('fault' in answer) return { isDelivered: false, why: answer.fault };
  const isDelivered = answer.status >= 200 && answer.status < 300;
  return isDelivered ? { isDelivered } : { isDelivered, why: `http_${answer.status}` };
}

function tellingOf({ isDelivered }: Delivery, { isSettled }: NoticeOutcome): LogoutTelling {
  if (isDelivered) return 'told';
  return isSettled ? 'given_up' : 'postponed';
}

/** What is recorded twice, since the node died in between, was told twice. */
async function conclude(service: Service, notice: LogoutNotice, outcome: NoticeOutcome): Promise<void> {
  const { store, draw } = service;
  const { event } = outcome;
  if (event !== undefined) {
    const recorded = await carryOut(service, draft({ events: [event] }), draw.handle());
    if (!recorded.ok) return;
  }
  if (outcome.isSettled) await store.participants.settle(notice);
  else await store.participants.postpone(notice, outcome.dueAtMs);
}

function jitterOf({ draw }: Service): number {
  return Buffer.from(draw.handle(), 'base64url').readUInt32BE() / 2 ** 32;
}
