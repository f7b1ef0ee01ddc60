import { faultProxy, type Direction, type FaultProxy, type Layer, type Link } from './fault-proxy.ts';

/** One request of a client to PostgreSQL: all messages up to Query or Sync, answered as one. */
export interface Turn {
  connection: number;
  /** Its statements in order, prepared ones by the text that prepared them. */
  sql: string;
}

/** What becomes of a turn. */
export type Fate =
  | { do: 'pass' }
  /** It fails at the server with this SQLSTATE, and its transaction with it. */
  | { do: 'fail'; code: string }
  /** It is carried out, and its answer lost: the line is reset, or falls silent. */
  | { do: 'lose answer'; by: 'reset' | 'silence' }
  /** It is carried out (a COMMIT holds), and its answer is an error that says nothing about that. */
  | { do: 'doubt'; code: string }
  /** It is not carried out (a COMMIT becomes ROLLBACK), and its answer is an error that says nothing about that. */
  | { do: 'doubt undone'; code: string };

export interface PostgresProxyOptions {
  port: number;
  /** Decides about each turn; a promise holds the turn back. Default: all pass. */
  fate?: (turn: Turn) => Fate | Promise<Fate>;
  /** Told when a turn's answer is on its way to the client. */
  answered?: (turn: Turn) => void;
}

export interface PostgresProxy extends FaultProxy {
  /** Decides from now on, in place of the function given at first. */
  decide(fate: PostgresProxyOptions['fate']): void;
  /** New connections are turned away with this SQLSTATE; nothing: they are let in. */
  turnAway(code: string | undefined): void;
  /** Turns forwarded or answered here since the last call. */
  takeTurns(): number;
}

/** A proxy in front of PostgreSQL that understands where one request ends and what it asks. TLS is declined. */
export async function postgresProxy({ port, ...options }: PostgresProxyOptions): Promise<PostgresProxy> {
  const state: State = { fate: options.fate, answered: options.answered, turnedAway: undefined, turns: 0 };
  const proxy = await faultProxy({ port, layer: (link) => new PostgresLayer(link, state) });
  return {
    ...proxy,
    decide: (fate) => {
      state.fate = fate;
    },
    turnAway: (code) => {
      state.turnedAway = code;
    },
    takeTurns: () => {
      const { turns } = state;
      state.turns = 0;
      return turns;
    },
  };
}

interface State {
  fate: PostgresProxyOptions['fate'];
  answered: PostgresProxyOptions['answered'];
  turnedAway: string | undefined;
  turns: number;
}

interface Message {
  /** Letter of the message; '' for those before the session begins. */
  type: string;
  bytes: Buffer;
}

const protocol3 = 196_608;
const requestsBeforeStartup = new Set([80_877_103, 80_877_104]);

/**
 * Takes the stream of one connection apart.
 * @see {@link https://www.postgresql.org/docs/current/protocol-message-formats.html PostgreSQL, message formats}
 */
class PostgresLayer implements Layer {
  readonly #link: Link;
  readonly #state: State;
  readonly #rest: Record<Direction, Buffer> = { toServer: Buffer.alloc(0), toClient: Buffer.alloc(0) };
  readonly #prepared = new Map<string, string>();
  #hasBegun = false;
  /** Messages of the turn that is not complete yet. */
  #turn: Message[] = [];
  /** Turns whose answer is awaited, in order. */
  readonly #awaited: { turn: Turn; fate: Fate }[] = [];
  #line: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(link: Link, state: State) {
    this.#link = link;
    this.#state = state;
  }

  receive(direction: Direction, bytes: Buffer): void {
    this.#rest[direction] = Buffer.concat([this.#rest[direction], bytes]);
    for (let next = this.#takeMessage(direction); next !== undefined; next = this.#takeMessage(direction)) {
      if (direction === 'toServer') this.#fromClient(next);
      else this.#fromServer(next);
    }
  }

  closed(): void {
    this.#isClosed = true;
  }

  #takeMessage(direction: Direction): Message | undefined {
    const buffer = this.#rest[direction];
    const isUntyped = direction === 'toServer' && !this.#hasBegun;
    const lengthAt = isUntyped ? 0 : 1;
    if (buffer.length < lengthAt + 4) return undefined;
    const size = lengthAt + buffer.readInt32BE(lengthAt);
    if (buffer.length < size) return undefined;
    this.#rest[direction] = buffer.subarray(size);
    return { type: isUntyped ? '' : String.fromCharCode(buffer[0] ?? 0), bytes: buffer.subarray(0, size) };
  }

  #fromClient(message: Message): void {
    if (message.type === '') return this.#begin(message);
    // Passwords and farewells are no requests.
    if (message.type === 'p' || message.type === 'X') return this.#link.send('toServer', message.bytes);
    this.#turn.push(message);
    if (message.type !== 'Q' && message.type !== 'S') return;
    const messages = this.#turn;
    this.#turn = [];
    const turn = { connection: this.#link.id, sql: this.#sqlOf(messages) };
    this.#state.turns += 1;
    this.#line = this.#line.then(() => this.#carryOut(turn, messages));
  }

  #begin({ bytes }: Message): void {
    const code = bytes.readInt32BE(4);
    if (requestsBeforeStartup.has(code)) return this.#link.send('toClient', Buffer.from('N'));
    this.#hasBegun = true;
    if (this.#state.turnedAway === undefined || code !== protocol3) return this.#link.send('toServer', bytes);
    this.#link.send('toClient', errorResponse(this.#state.turnedAway, 'FATAL'));
    setImmediate(() => this.#link.reset());
  }

  async #carryOut(turn: Turn, messages: Message[]): Promise<void> {
    const fate = (await this.#state.fate?.(turn)) ?? pass;
    if (this.#isClosed) return;
    this.#awaited.push({ turn, fate });
    switch (fate.do) {
      case 'fail':
        this.#link.send(
          'toServer',
          query(`do $$begin raise 'a fault of the test' using errcode = '${fate.code}'; end$$`),
        );
        return;
      case 'doubt undone':
        this.#link.send('toServer', query('rollback'));
        return;
      default:
        for (const { bytes } of messages) this.#link.send('toServer', bytes);
    }
  }

  #fromServer(message: Message): void {
    const [current] = this.#awaited;
    const fate = current?.fate ?? pass;
    const isEnd = message.type === 'Z' && current !== undefined;
    if (fate.do === 'pass' || fate.do === 'fail') this.#link.send('toClient', message.bytes);
    if (!isEnd) return;
    this.#awaited.shift();
    if (fate.do === 'lose answer' && fate.by === 'reset') this.#link.reset();
    if (fate.do === 'doubt' || fate.do === 'doubt undone') {
      this.#link.send('toClient', Buffer.concat([errorResponse(fate.code, 'ERROR'), readyForQuery]));
    }
    this.#state.answered?.(current.turn);
  }

  #sqlOf(messages: readonly Message[]): string {
    const texts: string[] = [];
    for (const { type, bytes } of messages) {
      const [first = '', second = ''] = bytes.subarray(5).toString('utf8').split('\0', 2);
      if (type === 'Q') texts.push(first);
      if (type === 'P') this.#prepared.set(first, second);
      // Bind names the portal, then the statement.
      if (type === 'B') texts.push(this.#prepared.get(second) ?? '');
    }
    return texts.join('; ');
  }
}

const pass: Fate = { do: 'pass' };
const readyForQuery = typed('Z', Buffer.from('I'));

function query(sql: string): Buffer {
  return typed('Q', Buffer.from(`${sql}\0`));
}

function errorResponse(code: string, severity: 'ERROR' | 'FATAL'): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, 'Ma fault of the test'];
  return typed('E', Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`));
}

function typed(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
