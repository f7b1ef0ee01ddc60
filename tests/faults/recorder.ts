import { outcomeOf, type Reach, type Reply } from './reach.ts';
import type { Birth, FamilyState, History, Operation, Outcome } from './record.ts';

export interface Asking {
  family: string;
  actor: Operation['actor'];
  node: number;
  presented: string;
  attempt?: string;
  /** Asks as this client, not as the usual one. */
  client?: string;
}

/** Asks on behalf of the parties, and writes down what they saw. */
export class Recorder {
  readonly births: Birth[] = [];
  readonly operations: Operation[] = [];
  readonly excused = new Set<string>();
  /** Access tokens that were handed out, with the family each belongs to. */
  readonly accessTokens: { family: string; token: string; atMs: number }[] = [];
  readonly #reach: Reach;
  readonly #client: Record<string, string>;
  #onAnswer: (count: number) => void = () => undefined;
  answers = 0;

  /** @param client form fields that name the client */
  constructor(reach: Reach, client: Record<string, string>) {
    this.#reach = reach;
    this.#client = client;
  }

  get nodes(): number {
    return this.#reach.nodes;
  }

  /** Tells the number of refreshes that were answered, after each. */
  onAnswer(listen: (count: number) => void): void {
    this.#onAnswer = listen;
  }

  /** What was seen, with what the store says at the end. */
  history(states: ReadonlyMap<string, FamilyState>): History {
    const { births, operations, excused } = this;
    return { births, operations, excused, states };
  }

  refresh({ presented, attempt, ...asking }: Asking): Promise<Outcome> {
    const fields = { grant_type: 'refresh_token', refresh_token: presented, ...(attempt !== undefined && { attempt }) };
    return this.#ask('refresh', { presented, ...asking }, { path: '/token', fields });
  }

  revoke({ presented, ...asking }: Asking): Promise<Outcome> {
    return this.#ask('revoke', { presented, ...asking }, { path: '/revoke', fields: { token: presented } });
  }

  async #ask(
    kind: Operation['kind'],
    { family, actor, node, presented, client }: Asking,
    { path, fields }: { path: string; fields: Record<string, string> },
  ): Promise<Outcome> {
    const invokedMs = performance.now();
    const post = this.#reach.post(node, path, {
      ...this.#client,
      ...(client !== undefined && { client_id: client }),
      ...fields,
    });
    const outcome = await post.then(
      (reply) => this.#heard(family, reply),
      (error: unknown): Outcome => ({ kind: 'unknown', why: whyOf(error) }),
    );
    this.operations.push({ kind, family, actor, node, presented, invokedMs, endedMs: performance.now(), outcome });
    if (outcome.kind === 'successor') {
      this.answers += 1;
      this.#onAnswer(this.answers);
    }
    return outcome;
  }

  #heard(family: string, reply: Reply): Outcome {
    const accessToken = reply.status === 200 ? reply.body?.['access_token'] : undefined;
    if (typeof accessToken === 'string') this.accessTokens.push({ family, token: accessToken, atMs: Date.now() });
    return outcomeOf(reply);
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
