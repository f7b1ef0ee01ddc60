import { Client, Thief, type Habits, type Store } from './parties.ts';
import type { Recorder } from './recorder.ts';

export interface Mix {
  /** How many of the families somebody steals from, and how many are signed out in the run. */
  stolen: number;
  revoked: number;
}

/** A crowd of clients that renew again and again: with attempts, without them, with two tabs; and a thief among them. */
export class Population {
  readonly clients: readonly Client[];
  readonly stolen: ReadonlySet<Client>;
  readonly revoked: ReadonlySet<Client>;
  readonly #recorder: Recorder;
  readonly #random: () => number;
  #isStopping = false;

  constructor(
    stores: readonly Store[],
    { stolen, revoked }: Mix,
    parties: { recorder: Recorder; random: () => number },
  ) {
    const { recorder, random } = parties;
    this.#recorder = recorder;
    this.#random = random;
    for (const { family, token } of stores) recorder.births.push({ family, token });
    this.clients = stores.map((store, index) => new Client(store, habitsOf(index), parties));
    this.stolen = new Set(this.clients.slice(0, stolen));
    this.revoked = new Set(this.clients.slice(stolen, stolen + revoked));
  }

  /** So many work at once, each with families of its own, until `stop`. */
  async run(workers: number): Promise<void> {
    const loops = Array.from({ length: workers }, async (_, worker) => {
      const own = this.clients.filter((_client, index) => index % workers === worker);
      for (let turn = 0; !this.#isStopping && own.some(({ store }) => !store.isOver); turn += 1) {
        await own[turn % own.length]!.renew(() => this.#isStopping);
      }
    });
    await Promise.all(loops);
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Copies a token of a victim, waits until its holder has gone on by two, and presents the copy. */
  async steal(victim: Client): Promise<void> {
    const thief = new Thief(this.#recorder, victim.store);
    for (let renewals = 0; renewals < 2 && !victim.store.isOver; renewals += 1) await this.#nextToken(victim);
    await thief.use(Math.floor(this.#random() * this.#recorder.nodes));
  }

  /** Once more each: whoever was neither robbed nor signed out must be answered, everybody else refused. */
  async settle(): Promise<void> {
    for (const client of this.clients) await client.renew();
  }

  async #nextToken(victim: Client): Promise<void> {
    const { token } = victim.store;
    while (victim.store.token === token && !victim.store.isOver && !this.#isStopping) {
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  }
}

const lookAgainMs = 5;

/** Most send attempts, every fourth does not; every other one has two tabs. */
function habitsOf(index: number): Habits {
  return { attempts: index % 4 !== 3, tabs: 1 + (index % 2) };
}
