import type { Advance, Ending, Expectation, Family, Touch } from '@ostiary/model';
import { decideRefresh, type ApiCatalogue, type PlanDraft } from '@ostiary/protocol';
import type {
  ApiId,
  Cause,
  ClientId,
  ClientMetadata,
  DeviceId,
  Digest,
  FamilyId,
  SessionId,
  UserId,
} from '@ostiary/wire';

/** A refresh token as plain data: nobody in the model can make one up. */
export interface HeldToken {
  familyId: FamilyId;
  generation: number;
  keyId: number;
}

/** What a presentation came to. */
export type Reply =
  | { kind: 'token'; token: HeldToken }
  | { kind: 'refused'; reason: string; cause?: Cause }
  | { kind: 'try_later' };

export interface ServerOptions {
  /** Undefined: the default. */
  retrySeconds?: number;
  rotation?: 'on' | 'off';
}

/** How a token is presented, besides the token. */
export interface Presenting {
  attempt?: string;
  clientId?: ClientId;
}

const api = 'https://api.model.example' as ApiId;
const scope = 'read';
const keyLifeMs = 30 * 86_400_000;
const modelClient = 'model-app' as ClientId;
export const otherClient = 'other-app' as ClientId;

/**
 * The server as the verdict sees it: families in memory, and the plans of `decideRefresh` applied to them exactly, one
 * after the other. Whatever else a plan holds is an error of the model.
 */
export class ModelServer {
  /** Families that ended, with their cause, in order. */
  readonly endings: { familyId: FamilyId; cause: Cause; atMs: number }[] = [];
  readonly #families = new Map<FamilyId, Family>();
  readonly #clients: Map<ClientId, ClientMetadata>;
  readonly #catalogue: ApiCatalogue;
  readonly #successors = new Map<FamilyId, Map<number, string>>();
  #operations = 0;

  constructor(options: ServerOptions = {}) {
    this.#clients = new Map([modelClient, otherClient].map((id) => [id, clientOf(id, options)]));
    this.#catalogue = new Map([
      [
        api,
        {
          identifier: api,
          name: 'Model',
          scopes: { [scope]: 'Read' },
          accessTokenSeconds: 3600,
          accessTokenBrowserSeconds: 3600,
          accessTokenAlg: 'ES256',
          allowOfflineAccess: true,
        },
      ],
    ]);
  }

  /** A sign-in: a new family of this device. */
  birth(deviceName: string, nowMs: number): HeldToken {
    const family = newborn(`fam_${this.#families.size}` as FamilyId, deviceName, this.#keyId(nowMs), nowMs);
    this.#families.set(family.id, family);
    return { familyId: family.id, generation: 0, keyId: family.keyId };
  }

  present(token: HeldToken, { attempt, clientId = modelClient }: Presenting, nowMs: number): Reply {
    const family = this.family(token.familyId);
    const client = this.#clients.get(clientId);
    if (client === undefined) throw new RangeError(`no client ${clientId}`);
    const decision = decideRefresh(
      {
        facts: factsOf(family),
        generation: token.generation,
        client,
        isClientAuthenticated: false,
        catalogue: this.#catalogue,
        request: { resources: [] },
        attempt: attempt as Digest | undefined,
        operation: this.#drawOperation(),
        keyId: this.#keyId(nowMs),
        recentRetries: 0,
      },
      nowMs,
    );
    if (decision.plan !== undefined) this.#commit(decision.plan);
    if (decision.kind === 'refused') {
      const { reason, cause } = decision.refusal;
      return reason === 'retries_limited' ? { kind: 'try_later' } : { kind: 'refused', reason, cause };
    }
    const { refresh } = decision.answer;
    if (refresh === undefined) throw new Error('a refresh answers with a refresh token');
    const successor = { familyId: family.id, generation: refresh.generation, keyId: refresh.keyId };
    this.#noteSuccessor(token, successor);
    return { kind: 'token', token: successor };
  }

  /** Many undisturbed renewals at once: each is row 7 of the verdict, and leaves the family as the last one does. */
  renewQuietly(token: HeldToken, count: number, isAttempted: boolean, lastAtMs: number): HeldToken {
    const family = this.family(token.familyId);
    if (count === 0) return token;
    if (family.endCause !== undefined || token.generation !== family.generation)
      throw new Error('only the newest token of a living family is renewed quietly');
    const generation = family.generation + count;
    const keyId = this.#keyId(lastAtMs);
    const operation = this.#drawOperation();
    const at = { rotatedAtMs: lastAtMs, usedAtMs: lastAtMs, operation, attempted: isAttempted };
    this.#families.set(family.id, { ...family, generation, keyId, ...at });
    this.#successors.delete(family.id);
    return { familyId: family.id, generation, keyId };
  }

  family(id: FamilyId): Family {
    const family = this.#families.get(id);
    if (family === undefined) throw new RangeError(`no family ${id}`);
    return family;
  }

  #commit(plan: PlanDraft): void {
    for (const expectation of plan.expects) expectUnchanged(expectation);
    if (plan.consumes.length + plan.inserts.length > 0) throw new Error('a refresh consumes and inserts nothing');
    for (const advance of plan.advances) this.#advance(advance);
    for (const ending of plan.ends) this.#end(ending);
    for (const touch of plan.touches) this.#touch(touch);
  }

  #advance({ familyId, from, keyId, atMs, operation, attempted }: Advance): void {
    const family = this.family(familyId);
    if (family.endCause !== undefined || family.generation !== from) throw new Error('lost the compare-and-set');
    const generation = from + 1;
    const at = { rotatedAtMs: atMs, usedAtMs: atMs };
    this.#families.set(familyId, { ...family, generation, keyId, operation, attempted, ...at });
  }

  #end(ending: Ending): void {
    if (ending.kind !== 'family') throw new Error(`a refresh ends no ${ending.kind}`);
    const { id, cause, atMs } = ending;
    const family = this.family(id);
    if (family.endCause !== undefined) return;
    this.#families.set(id, { ...family, endedAtMs: atMs, endCause: cause });
    this.endings.push({ familyId: id, cause, atMs });
  }

  #touch(touch: Touch): void {
    if (touch.kind !== 'family') throw new Error(`a refresh touches no ${touch.kind}`);
    const family = this.family(touch.id);
    this.#families.set(touch.id, { ...family, usedAtMs: Math.max(family.usedAtMs, touch.usedAtMs ?? 0) });
  }

  /** At most one successor value per parent, for ever; the last few parents are enough to see a fork. */
  #noteSuccessor(parent: HeldToken, successor: HeldToken): void {
    const known = this.#successors.get(parent.familyId) ?? new Map<number, string>();
    const value = `${successor.generation} by key ${successor.keyId}`;
    const before = known.get(parent.generation);
    if (before !== undefined && before !== value) throw new Error(`fork: ${before} and ${value}`);
    known.set(parent.generation, value);
    known.delete(parent.generation - 3);
    this.#successors.set(parent.familyId, known);
  }

  #drawOperation(): Digest {
    this.#operations += 1;
    return `operation ${this.#operations}` as Digest;
  }

  #keyId(nowMs: number): number {
    return Math.floor(nowMs / keyLifeMs) % 256;
  }
}

function clientOf(client_id: ClientId, { retrySeconds, rotation = 'on' }: ServerOptions): ClientMetadata {
  return {
    client_id,
    client_name: client_id,
    type: 'spa',
    redirect_uris: [],
    post_logout_redirect_uris: [],
    allowedOrigins: [],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
    requirePkce: true,
    apis: { [api]: [scope] },
    refresh: { rotation, boundTo: 'offline', idleSeconds: 60 * 86_400, retrySeconds },
  };
}

function newborn(id: FamilyId, deviceName: string, keyId: number, nowMs: number): Family {
  const grant = { scopes: ['offline_access'], apis: { [api]: [scope] }, acr: '1', amr: ['pwd'] };
  return {
    id,
    salt: id,
    userId: 'usr_model' as UserId,
    clientId: modelClient,
    deviceId: `dev_${deviceName}` as DeviceId,
    sessionId: `ses_${deviceName}` as SessionId,
    terms: { grant, boundTo: 'offline', idleSeconds: 60 * 86_400 },
    generation: 0,
    keyId,
    authTimeMs: nowMs,
    createdAtMs: nowMs,
    rotatedAtMs: nowMs,
    usedAtMs: nowMs,
    operation: `birth of ${id}` as Digest,
    attempted: false,
    userEpoch: 0,
    clientEpoch: 0,
    consentVersion: 0,
    retries: 0,
  };
}

function factsOf(family: Family) {
  return {
    family,
    user: { id: family.userId, epoch: 0, isDisabled: false, claims: {} },
    client: { id: family.clientId, epoch: 0, isDisabled: false },
    consent: { version: 0, isWithdrawn: false },
    device: { id: family.deviceId, isRemoved: false },
    session: { id: family.sessionId },
  };
}

/** Nothing under a family changes in this model. */
function expectUnchanged(expectation: Expectation): void {
  if ('epoch' in expectation && expectation.epoch !== 0) throw new Error('expects another epoch');
  if (expectation.kind === 'consent' && expectation.version !== 0) throw new Error('expects another consent');
}
