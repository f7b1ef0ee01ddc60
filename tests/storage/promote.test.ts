import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import labConfig from '@ostiary/lab/config';
import { callback, verifier, type TestBrowser } from '@ostiary/http/fixture';
import type { OstiaryConfig } from 'ostiary';
import { generationsIn } from '../faults/database-file.ts';
import { bearFamilies, type HeldFamily } from '../faults/honest-clients.ts';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { networkBrowser } from '../support/network-browser.ts';
import { postgresServer, type TestDatabase } from '../support/postgres.ts';

const clients = 8;
const familyCount = 32;
/** At least so many answers on either side of the switch. */
const answersOnEitherSide = 100;

describe(`a server that is promoted to PostgreSQL while ${clients} clients refresh`, () => {
  let issuer: IssuerProgram;
  let database: TestDatabase;
  let load: Load;
  let person: TestBrowser;
  let promotion: { code: number | null; output: string };
  let answersBefore: number;
  let atSwitch: ReadonlyMap<string, number>;
  const held = { lost: '', lostAttempt: '', lostSuccessor: '', code: '', stolen: '', newest: '' };

  before(async () => {
    [issuer, database] = await Promise.all([
      startIssuer((identifier) => ({ ...labConfig, issuer: identifier, clients: quickClients(labConfig) })),
      (await postgresServer()).newDatabase(),
    ]);
    const [lost, stolen, ...families] = await bearFamilies(issuer.issuer, familyCount);
    Object.assign(held, { lost: lost?.newest, lostAttempt: attempt(), stolen: stolen?.newest });
    held.lostSuccessor = successor(await refresh(held.lost, held.lostAttempt));
    held.newest = successor(await refresh(successor(await refresh(held.stolen))));
    person = networkBrowser(issuer.issuer);
    await person.authorize();
    held.code = (await person.authorize()).get('code') ?? '';
    load = new Load(families);
    const running = load.run((token) => refresh(token));
    await load.reached(answersOnEitherSide);
    promotion = await issuer.command('promote', '--to', database.url);
    answersBefore = load.statuses.length;
    atSwitch = generationsIn(issuer.database);
    await load.reached(answersBefore + answersOnEitherSide);
    load.stop();
    await running;
  });
  after(async () => {
    await issuer.close();
    await database.drop();
  });

  it('answers every request with success, the ones that it held as well', () => {
    assert.deepEqual([...new Set(load.statuses)], [200]);
    assert.ok(answersBefore >= answersOnEitherSide && load.statuses.length >= answersBefore + answersOnEitherSide);
  });

  it('holds requests for two seconds at most, and the command tells for how long', () => {
    assert.equal(promotion.code, 0, promotion.output);
    const [, heldMs] = /held its requests for (\d+) ms/.exec(promotion.output) ?? [];
    assert.ok(heldMs !== undefined && Number(heldMs) <= 2_000, promotion.output);
    assert.match(promotion.output, /storage: \{ postgres: \{ url: \{ env: 'DATABASE_URL' \} \} \}/);
    assert.doesNotMatch(promotion.output + issuer.process().output(), new RegExp(new URL(database.url).password));
  });

  it('gives the same successor when the last rotation is repeated after the switch, its answer having been lost', async () => {
    assert.equal(successor(await refresh(held.lost, held.lostAttempt)), held.lostSuccessor);
  });

  it('redeems a code that was issued before the switch, once', async () => {
    const form = {
      grant_type: 'authorization_code',
      client_id: 'lab-spa',
      code: held.code,
      redirect_uri: callback,
      code_verifier: verifier,
    };
    assert.equal((await post(form)).status, 200);
    assert.equal((await post(form)).body['error'], 'invalid_grant');
  });

  it('knows the browser and what was allowed: no page is shown', async () => {
    const answer = await person.authorize({ prompt: 'none' });
    assert.equal(answer.get('error'), null);
    assert.notEqual(answer.get('code'), null);
  });

  it('finds out a token that was spent before the switch', async () => {
    const { status, body } = await post(refreshForm(held.stolen));
    assert.deepEqual([status, body['error'], body['error_cause']], [400, 'invalid_grant', 'reuse_detected']);
    assert.equal((await refresh(held.newest)).body['error'], 'invalid_grant');
  });

  it('writes nothing to the file any more', async () => {
    assert.deepEqual(generationsIn(issuer.database), atSwitch);
    const { code, output } = await issuer.command('user', 'disable', '--username', 'ada@example.com');
    assert.equal(code, 1);
    assert.match(output, /was promoted to PostgreSQL/);
  });

  it('does not start on the file again, and says what to write; on PostgreSQL it starts, and nobody was signed out', async () => {
    await issuer.end('SIGTERM');
    await assert.rejects(
      issuer.start(),
      /was promoted to PostgreSQL \(postgres:\/\/127\.0\.0\.1.*storage: \{ postgres/s,
    );
    await issuer.start((config) => ({ ...config, storage: { postgres: { url: database.url } } }));
    for (const token of load.newest()) assert.equal((await refresh(token)).status, 200);
  });

  it('is told so by a second promotion', async () => {
    const { code, output } = await issuer.command('promote', '--to', database.url);
    assert.equal(code, 1);
    assert.match(output, /only a SQLite file can be promoted/);
  });

  function refresh(token: string, its = attempt()): Promise<TokenAnswer> {
    return post({ ...refreshForm(token), attempt: its });
  }

  async function post(form: Record<string, string>): Promise<TokenAnswer> {
    const response = await fetch(`${issuer.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
});

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Clients that refresh as fast as they can, and count every answer: none is tried again. */
class Load {
  readonly statuses: number[] = [];
  readonly #families: HeldFamily[];
  #isStopping = false;
  #reached: { count: number; resolve: () => void } | undefined;

  constructor(families: HeldFamily[]) {
    this.#families = families;
  }

  async run(refresh: (token: string) => Promise<TokenAnswer>): Promise<void> {
    const loops = Array.from({ length: clients }, async (_, client) => {
      const own = this.#families.filter((_family, index) => index % clients === client);
      for (let turn = 0; !this.#isStopping; turn += 1) await this.#take(own[turn % own.length] as HeldFamily, refresh);
    });
    await Promise.all(loops);
  }

  /** Resolves when so many answers have come, or one that is none. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#reached = { count, resolve };
      this.#tell();
    });
  }

  stop(): void {
    this.#isStopping = true;
  }

  newest(): string[] {
    return this.#families.map((family) => family.newest);
  }

  async #take(family: HeldFamily, refresh: (token: string) => Promise<TokenAnswer>): Promise<void> {
    const { status, body } = await refresh(family.newest).catch(() => ({ status: 0, body: {} as TokenAnswer['body'] }));
    this.statuses.push(status);
    if (status === 200) family.newest = String(body['refresh_token']);
    else this.stop();
    this.#tell();
  }

  #tell(): void {
    if (this.#reached !== undefined && (this.#isStopping || this.statuses.length >= this.#reached.count))
      this.#reached.resolve();
  }
}

function refreshForm(token: string): Record<string, string> {
  return { grant_type: 'refresh_token', client_id: 'lab-spa', refresh_token: token };
}

function successor({ status, body }: TokenAnswer): string {
  assert.equal(status, 200, JSON.stringify(body));
  return String(body['refresh_token']);
}

function attempt(): string {
  return randomBytes(18).toString('base64url');
}

/** ID tokens by ES256: a hundred times the speed of RS256, and not what is tested here. */
function quickClients({ clients: configured = [] }: OstiaryConfig): OstiaryConfig['clients'] {
  return configured.map((client) => ({ ...client, id_token_signed_response_alg: 'ES256' }));
}
