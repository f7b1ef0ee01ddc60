import { authenticateCaller, type AuthenticatedCaller } from '../caller-authentication.ts';
import { isInService, type ClientCredentials } from '../client-authentication.ts';
import { digest } from '../digest.ts';
import type { Service } from '../service.ts';
import { refusalOfOutage, type Answer } from '../settle.ts';
import type { Follower, Following } from './feed.ts';
import type { SentBatch } from './recent-batches.ts';

type Configured = Pick<Service, 'apis' | 'clients'>;

declare const admitted: unique symbol;

/** Whoever may read the feed; only `admitReader` makes one. */
export interface FeedReader {
  readonly [admitted]: true;
  /** Who it is and by which credential: another one is another reader. */
  name: string;
}

/** How long a reader is to wait where there is no room. */
const retryAfterSeconds = 5;

/** The feed is for APIs with a secret, and for clients with one that may use an API. */
export async function admitReader(
  service: Service,
  credentials: ClientCredentials,
  { address, correlationId }: { address: string; correlationId: string },
): Promise<Answer<FeedReader>> {
  const authentication = await authenticateCaller(service, byHeader(service, credentials), address);
  if (!authentication.ok) return authentication;
  const { caller } = authentication;
  const isMeant = caller.kind === 'api' || isClientOfApis(caller);
  if (!isMeant) return { ok: false, refusal: { reason: 'feed_not_allowed' } };
  try {
    const stands = caller.kind === 'api' || (await isInService(service, caller.client));
    return stands
      ? { ok: true, value: { name: nameOf(service, caller) } as FeedReader }
      : { ok: false, refusal: { reason: 'client_disabled' } };
  } catch (fault) {
    const refusal = refusalOfOutage(service, fault, correlationId);
    if (refusal === undefined) throw fault;
    return { ok: false, refusal };
  }
}

/** Names of all that this configuration may admit. */
export function admissibleNames(configured: Configured): ReadonlySet<string> {
  const clients = [...configured.clients.values()].filter(({ metadata }) => Object.keys(metadata.apis).length > 0);
  return new Set([
    ...[...configured.apis.keys()].map((id) => readerName('api', id, configured)),
    ...clients.map(({ metadata }) => readerName('client', metadata.client_id, configured)),
  ]);
}

/** Follows the feed until `leave` is called. */
export async function followRevocations(
  service: Service,
  reader: FeedReader,
  { lastId, correlationId, ...follower }: Omit<Follower, 'name'> & { lastId?: string; correlationId: string },
): Promise<Answer<{ leave(): void }>> {
  return answered(service, correlationId, async () => {
    const following = await service.feed.follow({ ...follower, name: reader.name }, lastId);
    return following.ok ? { ok: true, value: following } : { ok: false, refusal: refusalOf(following) };
  });
}

/** One batch, for readers that cannot follow. */
export async function pollRevocations(
  service: Service,
  since: string | undefined,
  correlationId: string,
): Promise<Answer<SentBatch>> {
  return answered(service, correlationId, async () => ({ ok: true, value: await service.feed.poll(since) }));
}

async function answered<Value>(
  service: Service,
  correlationId: string,
  work: () => Promise<Answer<Value>>,
): Promise<Answer<Value>> {
  try {
    return await work();
  } catch (fault) {
    const refusal = refusalOfOutage(service, fault, correlationId);
    if (refusal === undefined) throw fault;
    return { ok: false, refusal };
  }
}

function refusalOf({ reason }: Following & { ok: false }) {
  switch (reason) {
    case 'name_full':
      return { reason: 'feed_streams_limited', retryAfterSeconds } as const;
    case 'full':
    case 'closed':
      return { reason: 'feed_full', retryAfterSeconds } as const;
  }
}

/** A header has one way only to bring a secret, whichever the client is registered with. */
function byHeader({ clients }: Service, credentials: ClientCredentials): ClientCredentials {
  if (credentials.method !== 'client_secret_basic') return credentials;
  const registered = clients.get(credentials.clientId)?.metadata.token_endpoint_auth_method;
  return registered === 'client_secret_post' ? { ...credentials, method: registered } : credentials;
}

function isClientOfApis(caller: AuthenticatedCaller & { kind: 'client' }): boolean {
  const { isConfidential, metadata } = caller.client;
  return isConfidential && Object.keys(metadata.apis).length > 0;
}

function nameOf(configured: Configured, caller: AuthenticatedCaller): string {
  return caller.kind === 'api'
    ? readerName('api', caller.api.identifier, configured)
    : readerName('client', caller.client.metadata.client_id, configured);
}

function readerName(kind: AuthenticatedCaller['kind'], id: string, { apis, clients }: Configured): string {
  const secretHash = (kind === 'api' ? apis : clients).get(id)?.secretHash;
  return digest(`${kind}|${id}|${secretHash ?? ''}`);
}
