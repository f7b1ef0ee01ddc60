import { callback, labSpa, verifier } from '@ostiary/http/fixture';
import { planConsentWithdrawal } from '@ostiary/protocol';
import type { PostgresOptions } from '@ostiary/storage-postgres';
import pg from 'pg';
import { postgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import { statesIn } from './final-state.ts';
import { violations } from './oracle.ts';
import type { Store as ClientStore } from './parties.ts';
import { assertionAt, exactlyOne, proveBy, racingSettings } from './races.ts';
import type { Reply } from './reach.ts';
import { Recorder } from './recorder.ts';
import { nextPrefix, Stepper, type Schedule } from './stepper.ts';
import { openWorld, throughPort, type World } from './world.ts';

export type Isolation = NonNullable<PostgresOptions['isolation']>;

/** Sessions that meet. Each is an operation of its own node; `check` says what is wrong with how they ended. */
interface Meeting {
  operations: (() => Promise<unknown>)[];
  check(): Promise<string[]>;
}

interface Stage {
  world: World;
  recorder: Recorder;
}

type Scene = (stage: Stage) => Promise<Meeting>;

/** T16: what may meet in the database. Every other session goes by another node. */
export const scenes: Readonly<Record<string, Scene>> = {
  'two refreshes of one token': (stage) => refreshes(stage, 'lab-spa', 2),
  'two refreshes of one token where repeats are not allowed': (stage) => refreshes(stage, 'strict-spa', 2),
  'a refresh and a repeat of the one before': async (stage) => {
    const born = await newFamily(stage);
    const first = born.token;
    born.token = await rotated(stage, born, 0);
    // Where the refresh comes first, the repeat is of a token spent twice over, and nobody honest sends that.
    return judged([refreshOf(stage, born, 0), refreshOf(stage, { ...born, token: first }, 1, 'thief')]);
  },
  'a refresh and the replay of a spent token': async (stage) => {
    const born = await newFamily(stage);
    const first = born.token;
    born.token = await rotated(stage, born, 0);
    born.token = await rotated(stage, born, 1);
    return judged([refreshOf(stage, born, 0), refreshOf(stage, { ...born, token: first }, 1, 'thief')]);
  },
  'a refresh and a revocation': async (stage) => {
    const born = await newFamily(stage);
    return judged([refreshOf(stage, born, 0), revocationOf(stage, born, 1)]);
  },
  'two revocations': async (stage) => {
    const born = await newFamily(stage);
    return judged([revocationOf(stage, born, 0), revocationOf(stage, born, 1)]);
  },
  'two exchanges of one code': (stage) => exchanges(stage, 2),
  'an exchange and the withdrawal of its consent': async (stage) => {
    const { world } = stage;
    const code = await world.newCode();
    const replies: Reply[] = [];
    return {
      operations: [async () => void replies.push(await exchange(world, 0, code)), await withdrawalAt(world, 1)],
      async check() {
        const token = replies[0]?.body?.['refresh_token'];
        const after = typeof token === 'string' ? await refreshNow(world, token) : undefined;
        return after?.status === 200 ? ['a family that was born beside the end of its consent lives on'] : [];
      },
    };
  },
  'a refresh and the withdrawal of its consent': async (stage) => {
    const { world, recorder } = stage;
    const { token } = await world.bear();
    let newest = token;
    return {
      operations: [
        async () => {
          const outcome = await recorder.refresh({ ...nobody, node: 0, presented: token, client: 'lab-spa' });
          if (outcome.kind === 'successor') newest = outcome.token;
        },
        await withdrawalAt(world, 1),
      ],
      async check() {
        const after = await refreshNow(world, newest);
        return after.status === 400 ? [] : [`${after.status} for a token whose consent was withdrawn`];
      },
    };
  },
  'two uses of one assertion': async ({ world }) => {
    const assertion = assertionAt(world.clock.now());
    const replies: Reply[] = [];
    return {
      operations: [0, 1].map((node) => async () => void replies.push(await proveBy(world, node, assertion))),
      check: async () => exactlyOne(replies, 'invalid_client'),
    };
  },
};

/** Three at once: too many schedules for a short run, so a seed picks some. */
export const crowdedScenes: Readonly<Record<string, Scene>> = {
  'three refreshes of one token': (stage) => refreshes(stage, 'lab-spa', 3),
  'three refreshes of one token where repeats are not allowed': (stage) => refreshes(stage, 'strict-spa', 3),
  'two refreshes and a revocation': async (stage) => {
    const born = await newFamily(stage);
    return judged([refreshOf(stage, born, 0), refreshOf(stage, born, 1), revocationOf(stage, born, 2)]);
  },
  'three exchanges of one code': (stage) => exchanges(stage, 3),
};

export interface Exploration {
  scene: Scene;
  /** At most so many schedules. */
  limit: number;
  /** Picks schedules at random in place of one after the other. */
  random?: () => number;
}

export interface Explored {
  schedules: number;
  /** All there are were seen. */
  isWhole: boolean;
  violations: string[];
}

/** Plays a scene in one schedule after the other, depth first, until all were seen or the first violation. */
export async function explore(stage: Theatre, { scene, limit, random }: Exploration): Promise<Explored> {
  let prefix: number[] | undefined = [];
  let schedules = 0;
  while (prefix !== undefined && schedules < limit) {
    if (random !== undefined) prefix = Array.from({ length: 40 }, () => Math.floor(random() * 3));
    const { schedule, found } = await play(stage, scene, prefix);
    schedules += 1;
    if (found.length > 0) return { schedules, isWhole: false, violations: [...found, ...stage.stepper.log] };
    prefix = random === undefined ? nextPrefix(schedule) : [];
  }
  return { schedules, isWhole: prefix === undefined && random === undefined, violations: [] };
}

async function play(
  { world, stepper }: Theatre,
  scene: Scene,
  prefix: number[],
): Promise<{ schedule: Schedule; found: string[] }> {
  const recorder = new Recorder(world.reach, {});
  const { operations, check } = await scene({ world, recorder });
  const schedule = await stepper.run(operations, prefix);
  const states = await statesIn(
    world.store,
    recorder.births.map(({ family }) => family),
  );
  return { schedule, found: [...violations(recorder.history(states)), ...(await check())] };
}

/** Nodes whose way to the database goes through gates. */
export interface Theatre {
  world: World;
  stepper: Stepper;
  close(): Promise<void>;
}

export async function openTheatre(sessions: number, isolation: Isolation): Promise<Theatre> {
  const proxies: PostgresProxy[] = [];
  let locks: pg.Client | undefined;
  let stepper: Stepper | undefined;
  const world = await openWorld('postgres', {
    settings: racingSettings(),
    nodes: sessions,
    async postgres(node, url) {
      locks ??= await watcher(url);
      stepper ??= new Stepper(sessions, locks);
      const proxy = await postgresProxy({
        port: Number(new URL(url).port),
        fate: stepper.fate(node),
        answered: stepper.answered(node),
      });
      proxies.push(proxy);
      return { url: throughPort(url, proxy.port), isolation, readers: 1, writers: 1, operationTimeoutMs: 30_000 };
    },
  });
  return {
    world,
    stepper: stepper!,
    async close() {
      await locks?.end();
      await world.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}

async function watcher(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function newFamily({ world, recorder }: Stage, client = 'lab-spa'): Promise<ClientStore & { client: string }> {
  const born = await world.bear(client);
  recorder.births.push({ family: born.family, token: born.token });
  return { ...born, client };
}

type Held = Pick<ClientStore, 'family' | 'token'> & { client: string };

function refreshOf(
  { recorder }: Stage,
  { family, token, client }: Held,
  node: number,
  actor: 'client' | 'thief' = 'client',
) {
  return () => recorder.refresh({ family, actor, node, presented: token, client });
}

function revocationOf({ recorder }: Stage, { family, token, client }: Held, node: number) {
  return () => recorder.revoke({ family, actor: 'client', node, presented: token, client });
}

async function rotated(stage: Stage, born: Held, node: number): Promise<string> {
  const outcome = await refreshOf(stage, born, node)();
  if (outcome.kind !== 'successor') throw new Error(`a refresh was not answered: ${JSON.stringify(outcome)}`);
  return outcome.token;
}

/** Where repeats are not allowed everybody after the first is a thief. */
async function refreshes(stage: Stage, client: string, count: number): Promise<Meeting> {
  const born = await newFamily(stage, client);
  const actor = client === 'strict-spa' ? 'thief' : 'client';
  const outcomes: string[] = [];
  return {
    operations: Array.from({ length: count }, (_, node) => async () => {
      const { kind } = await refreshOf(stage, born, node, actor)();
      outcomes.push(kind);
    }),
    async check() {
      const answered = outcomes.filter((kind) => kind === 'successor').length;
      const expected = client === 'strict-spa' ? 1 : count;
      return answered === expected ? [] : [`${answered} were answered, not ${expected}: ${outcomes.join(', ')}`];
    },
  };
}

function judged(operations: Meeting['operations']): Meeting {
  return { operations, check: async () => [] };
}

async function exchanges({ world }: Stage, count: number): Promise<Meeting> {
  const code = await world.newCode();
  const replies: Reply[] = [];
  return {
    operations: Array.from(
      { length: count },
      (_, node) => async () => void replies.push(await exchange(world, node, code)),
    ),
    async check() {
      const won = replies.filter(({ status }) => status === 200);
      if (won.length !== 1) return [`${won.length} exchanges of one code succeeded`];
      const after = await refreshNow(world, String(won[0]?.body?.['refresh_token']));
      return after.body?.['error_cause'] === 'code_replayed' ? [] : ['the replay of a code left its family alive'];
    },
  };
}

/** The user takes back what they allowed the app: its families end. */
async function withdrawalAt(world: World, node: number): Promise<() => Promise<unknown>> {
  const { service } = world.nodes[node]!;
  const user = await world.store.users.findByUsername('ada@example.com');
  const plan = planConsentWithdrawal(user!.id, labSpa().client_id, world.clock.now());
  return () => service.store.commit({ ...plan, events: [] });
}

/** For operations that no family of the history is judged by. */
const nobody = { family: 'nobody', actor: 'client' } as const;

function exchange(world: World, node: number, code: string): Promise<Reply> {
  return world.reach.post(node, '/token', {
    grant_type: 'authorization_code',
    client_id: labSpa().client_id,
    code,
    redirect_uri: callback,
    code_verifier: verifier,
  });
}

function refreshNow(world: World, token: string): Promise<Reply> {
  return world.reach.post(0, '/token', { grant_type: 'refresh_token', client_id: 'lab-spa', refresh_token: token });
}
