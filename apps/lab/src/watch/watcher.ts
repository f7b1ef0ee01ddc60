import { clientSecretBasic, createWorker, GrantError, memoryGrants } from '@ostiary/worker';
import type { Grant, GrantWorker, HandedTokens } from '@ostiary/worker';
import { randomBytes } from 'node:crypto';
import type { FollowedClock } from '../followed-clock.ts';
import { webClient } from '../web-client.ts';
import { endingWords } from './ending-words.ts';
import type { FeedItem } from './feed.ts';
import type { LabMachine } from './lab-machine.ts';

/** A tag that is watched for somebody who need not be there. */
export interface Watch {
  tag: string;
  grant: Grant;
}

/** What the worker did or met, for the page. */
export interface Happening {
  number: number;
  atMs: number;
  kind: 'started' | 'noticed' | 'renewed' | 'failed' | 'ended' | 'stopped';
  tag: string;
  words: string;
}

/** The worker of the Lab: keeps grants, looks at the feed with them, and notes what happens. */
export interface Watcher {
  start(tag: string, tokens: HandedTokens): Promise<void>;
  reconnect(id: string, tokens: HandedTokens): Promise<void>;
  stop(id: string): Promise<void>;
  watches(): Promise<Watch[]>;
  /** The newest first. */
  happenings(): Happening[];
  /** Ends the work. What is watched is not revoked. */
  close(): Promise<void>;
}

interface Job {
  tag: string;
  /** Number of the last item that was noticed. */
  seen: number;
}

const pauseMs = 2_000;
const kept = 60;

interface WatcherOptions {
  machine: LabMachine;
  clock: FollowedClock;
  issuer: string;
  feedUrl: string;
}

export function createWatcher({ machine, clock, issuer, feedUrl }: WatcherOptions): Watcher {
  const jobs = new Map<string, Job>();
  const story: Happening[] = [];
  let count = 0;
  const note = (id: string, kind: Happening['kind'], words: string) => {
    count += 1;
    story.unshift({ number: count, atMs: clock.nowMs(), kind, tag: jobs.get(id)?.tag ?? '', words });
    story.splice(kept);
  };
  const worker = workerAt(machine, issuer);
  tellStory(worker, note);

  /** Looks at the feed for one job, as its user. */
  const lookFor = async (id: string, job: Job) => {
    const response = await worker.fetch(id, `${feedUrl}?tag=${encodeURIComponent(job.tag)}&after=${job.seen}`);
    const { items = [] } = (await response.json()) as { items?: FeedItem[] };
    for (const { number, text } of items) {
      job.seen = number;
      note(id, 'noticed', text);
    }
  };
  const rounds = openRounds(machine, async () => {
    for (const [id, job] of jobs) await lookFor(id, job).catch(unlessGrant);
  });
  return {
    async start(tag, tokens) {
      const id = await worker.keep(tokens);
      jobs.set(id, { tag, seen: 0 });
      note(id, 'started', 'The web app handed its tokens over.');
      worker.start();
      rounds.start();
    },
    async reconnect(id, tokens) {
      if (!jobs.has(id)) return;
      await worker.keep(tokens, { id });
      note(id, 'started', 'Connected again.');
    },
    async stop(id) {
      note(id, 'stopped', 'The grant is revoked at the issuer, and forgotten.');
      jobs.delete(id);
      await worker.forget(id);
    },
    async watches() {
      const grants = await worker.list();
      return grants.flatMap((grant) => {
        const job = jobs.get(grant.id);
        return job === undefined ? [] : [{ tag: job.tag, grant }];
      });
    },
    happenings: () => [...story],
    async close() {
      rounds.stop();
      await worker.stop();
      machine.stop();
    },
  };
}

/** Does the work again and again, with a pause after each time, from the first start on. */
function openRounds({ environment }: LabMachine, work: () => Promise<void>): { start(): void; stop(): void } {
  let isRunning = false;
  const round = async () => {
    await work();
    if (isRunning) environment.setTimer(pauseMs, () => void round());
  };
  return {
    start() {
      if (isRunning) return;
      isRunning = true;
      void round();
    },
    stop: () => void (isRunning = false),
  };
}

function workerAt(machine: LabMachine, issuer: string): GrantWorker {
  return createWorker(
    {
      issuer,
      clientId: webClient.id,
      authentication: clientSecretBasic(webClient.secret),
      // The Lab forgets when it ends; an app of yours takes a store that lasts, and a key from its environment.
      store: memoryGrants(),
      sealingKeys: [{ id: 'lab', key: randomBytes(32) }],
    },
    machine.environment,
  );
}

function tellStory(worker: GrantWorker, note: (id: string, kind: Happening['kind'], words: string) => void): void {
  worker.on('renewed', ({ grant }) => note(grant.id, 'renewed', 'A new access token is here.'));
  worker.on('narrowed', ({ grant, lost }) =>
    note(grant.id, 'renewed', `The new token has less: no ${lost.join(', ')}.`),
  );
  worker.on('failed', ({ grant, problem }) =>
    note(grant.id, 'failed', `${problem.kind}: it tries again, nothing is lost.`),
  );
  worker.on('needsReconnect', ({ grant, cause }) => note(grant.id, 'ended', `${endingWords(cause)} (${cause})`));
}

/** A grant that ended or cannot be used now is told by the worker's events. The feed not answering is not, and is tried again. */
function unlessGrant(fault: unknown): void {
  if (!(fault instanceof GrantError) && !(fault instanceof TypeError)) console.error(`Lab watch: ${String(fault)}`);
}
