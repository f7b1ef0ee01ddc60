import { base64url } from './base64url.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { nodeEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { openBulletin } from './events.ts';
import type { Listener, WorkerEvents } from './events.ts';
import { forgetGrant } from './forgetting.ts';
import { fetchWithGrant } from './grant-fetch.ts';
import { withFreshToken } from './fresh-tokens.ts';
import { visible } from './grant.ts';
import type { Grant } from './grant.ts';
import type { HandedTokens } from './handed-tokens.ts';
import { keepGrant } from './keeping.ts';
import type { KeepOptions } from './keeping.ts';
import type { Parts, RenewalPolicy } from './parts.ts';
import { discovery } from './provider.ts';
import { checkSafe } from './safe-url.ts';
import { openScheduler } from './scheduler.ts';
import { createSealer } from './sealing.ts';
import type { SealingKey } from './sealing.ts';
import { openServerTime } from './server-time.ts';
import type { GrantStore } from './store/grant-store.ts';

export interface WorkerOptions {
  /** The issuer, exactly as it names itself: `https://id.example.com`. */
  issuer: string;
  /** The confidential client that the grants were given to: the web app's. */
  clientId: string;
  /** `clientSecretBasic()`, `clientSecretPost()` or `privateKeyJwt()`, as the client is registered. */
  authentication: ClientAuthentication;
  /** `openSqliteGrants()`, `postgresGrants()`, `memoryGrants()`, or one of your own. */
  store: GrantStore;
  /** Tokens lie sealed in the store. The first key seals, all of them open. */
  sealingKeys: readonly SealingKey[];
  /** Default: `ahead`, so that the end of a grant is known within one lifetime of its access tokens. */
  renewal?: RenewalPolicy;
  /** How many grants this worker renews at the same time. Default: 8. */
  concurrency?: number;
}

/** Grants of absent users, and what can be done with them. Any number of workers may share one store. */
export interface GrantWorker {
  /**
   * Takes tokens over from who signed the user in, and gives the grant's id. From then on the worker alone renews them. With
   * the id of a grant that has ended, it is this grant that lives again.
   */
  keep(tokens: HandedTokens, options?: KeepOptions): Promise<string>;
  /**
   * Does work with an access token that lasts for `forSeconds` more, where tokens live so long. Work that throws `TokenRefused` is
   * done once more, with a new token. Throws `GrantError` when there is none.
   */
  withGrant<Result>(
    id: string,
    work: (accessToken: string) => Promise<Result>,
    options?: { forSeconds?: number },
  ): Promise<Result>;
  /** `fetch` with the grant's access token, over https or to loopback; once more with a new one after a 401. */
  fetch(id: string, input: string | URL | Request, init?: RequestInit): Promise<Response>;
  read(id: string): Promise<Grant | undefined>;
  list(): Promise<Grant[]>;
  /**
   * Revokes the grant at the server and removes it. No token of it is given out any more. When the server does not answer, a
   * worker that was started goes on trying.
   */
  forget(id: string): Promise<void>;
  /** Calls back at every event of a kind; returns what ends it. */
  on<Kind extends keyof WorkerEvents>(kind: Kind, listener: Listener<Kind>): () => void;
  /** Begins to renew what is due. A worker that was not started still renews what it is asked for. */
  start(): void;
  /** Begins nothing new, and resolves when what runs has ended: renewals and work with grants. */
  stop(): Promise<void>;
}

/** A worker for the grants of one client. */
export function createWorker(options: WorkerOptions, environment: Environment = nodeEnvironment()): GrantWorker {
  const bulletin = openBulletin();
  const parts = assemble(options, environment, bulletin.emit);
  const { store, clientId } = parts;
  const scheduler = openScheduler(parts, options.concurrency ?? 8);
  const running = new Set<Promise<unknown>>();
  const tracked = <Result>(work: Promise<Result>): Promise<Result> => {
    const ended = work.catch(() => undefined).finally(() => running.delete(ended));
    running.add(ended);
    return work;
  };
  return {
    async keep(tokens, how = {}) {
      const id = await keepGrant(parts, tokens, how);
      scheduler.look();
      return id;
    },
    withGrant: (id, work, { forSeconds = 0 } = {}) => tracked(withFreshToken(parts, id, { forSeconds }, work)),
    fetch: (id, input, init) => tracked(fetchWithGrant(parts, id, new Request(input, init))),
    async read(id) {
      const grant = await store.read(id);
      return grant?.clientId === clientId ? visible(grant) : undefined;
    },
    list: () => store.list(clientId),
    async forget(id) {
      await tracked(forgetGrant(parts, id));
      scheduler.look();
    },
    on: bulletin.on,
    start: scheduler.start,
    async stop() {
      await scheduler.stop();
      await Promise.all(running);
    },
  };
}

function assemble(options: WorkerOptions, environment: Environment, emit: Parts['emit']): Parts {
  const { issuer, clientId, authentication, store, sealingKeys, renewal = 'ahead' } = options;
  checkSafe(issuer);
  const time = openServerTime(environment);
  return {
    issuer,
    clientId,
    owner: base64url(environment.random(9)),
    renewal,
    environment,
    time,
    store,
    sealer: createSealer(sealingKeys, environment.random),
    authentication,
    provider: discovery(environment, time, issuer),
    emit,
  };
}
