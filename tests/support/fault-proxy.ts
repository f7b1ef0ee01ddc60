import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Direction = 'toServer' | 'toClient';

/** How a line breaks: both ends reset; both closed in good order; only this direction closed; or bytes vanish without a sign. */
export type CutBy = 'reset' | 'end' | 'half' | 'silence';

export interface DirectionFault {
  /** Each chunk arrives so much later. */
  delayMs?: number;
  /** After so many bytes in this direction the line breaks; what exceeds them is lost. */
  cut?: { afterBytes: number; by: CutBy };
}

/** What one connection will meet. Nothing: it works. */
export type Script = Partial<Record<Direction, DirectionFault>>;

/** Bytes of one connection on their way, for a layer that understands them. */
export interface Link {
  /** Counted from 0 since the proxy opened. */
  id: number;
  send(direction: Direction, bytes: Uint8Array): void;
  reset(): void;
}

/** Sees all bytes of one connection; passes on what it likes by `link.send`. */
export interface Layer {
  receive(direction: Direction, bytes: Buffer): void;
  closed?(): void;
}

export interface FaultProxyOptions {
  /** Port of this machine that is stood in for. */
  port: number;
  /** Asked for each new connection. */
  script?: (connection: number) => Script;
  layer?: (link: Link) => Layer;
}

/** A TCP proxy on this machine that does to its connections what networks do. Faults hold until `heal`. */
export interface FaultProxy {
  readonly port: number;
  /** Connections accepted so far, and bytes carried since the last reading. */
  accepted(): number;
  /** Nobody listens any more; open connections are reset. */
  refuse(): Promise<void>;
  /** Bytes of these directions are kept back, for open connections and new ones; they arrive after `heal`. */
  blackHole(...directions: Direction[]): void;
  /** Every chunk takes so much longer in each direction. */
  delay(milliseconds: number): void;
  resetAll(): void;
  heal(): Promise<void>;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const readWithinMs = 10;

/** Opens a proxy on a free port in front of a port of this machine. */
export async function faultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const weather = new Weather();
  const lines = new Set<Line>();
  let count = 0;
  const accept = (client: Socket) => {
    const id = count;
    count += 1;
    const line = new Line(client, { id, options, weather });
    lines.add(line);
    client.once('close', () => lines.delete(line));
  };
  const resetAll = () => {
    for (const line of lines) line.reset();
  };
  let server: Server | undefined = await listen(0, accept);
  const { port } = server.address() as AddressInfo;
  const stopListening = async () => {
    const stopped = server;
    server = undefined;
    resetAll();
    await new Promise<void>((resolve) => (stopped === undefined ? resolve() : stopped.close(() => resolve())));
  };
  return {
    port,
    accepted: () => count,
    refuse: stopListening,
    blackHole: (...directions) => weather.hold(directions.length === 0 ? ['toServer', 'toClient'] : directions),
    delay: (milliseconds) => {
      weather.delayMs = milliseconds;
    },
    resetAll,
    async heal() {
      weather.clear();
      server ??= await listen(port, accept);
    },
    async close() {
      weather.clear();
      await stopListening();
    },
  };
}

async function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
}

/** What holds for all connections at the moment. */
class Weather {
  delayMs = 0;
  readonly #held = new Map<Direction, PromiseWithResolvers<void>>();

  hold(directions: readonly Direction[]): void {
    for (const direction of directions) {
      if (!this.#held.has(direction)) this.#held.set(direction, Promise.withResolvers());
    }
  }

  clear(): void {
    this.delayMs = 0;
    for (const { resolve } of this.#held.values()) resolve();
    this.#held.clear();
  }

  async pass(direction: Direction): Promise<void> {
    for (let held = this.#held.get(direction); held !== undefined; held = this.#held.get(direction)) await held.promise;
  }
}

interface LineOptions {
  id: number;
  options: FaultProxyOptions;
  weather: Weather;
}

/** One client's connection and the connection to the server that belongs to it. */
class Line implements Link {
  readonly id: number;
  readonly #sockets: Record<Direction, Socket>;
  readonly #script: Script;
  readonly #weather: Weather;
  readonly #layer: Layer;
  readonly #carried: Record<Direction, number> = { toServer: 0, toClient: 0 };
  readonly #silenced = new Set<Direction>();

  constructor(client: Socket, { id, options, weather }: LineOptions) {
    this.id = id;
    this.#weather = weather;
    this.#script = options.script?.(id) ?? {};
    const server = connect({ port: options.port, host, allowHalfOpen: true, noDelay: true });
    this.#sockets = { toServer: server, toClient: client };
    this.#layer = options.layer?.(this) ?? { receive: (direction, bytes) => this.send(direction, bytes) };
    for (const socket of [client, server]) {
      socket.on('error', () => this.reset());
      socket.once('close', () => this.reset());
    }
    void this.#carry('toServer', client);
    void this.#carry('toClient', server);
  }

  send(direction: Direction, bytes: Uint8Array): void {
    const sink = this.#sockets[direction];
    if (sink.writable) sink.write(bytes);
  }

  reset(): void {
    for (const socket of Object.values(this.#sockets)) {
      if (socket.destroyed) continue;
      // A connection still being made or already closing cannot be reset (libuv refuses, and its handle would stay); it is dropped.
      if (socket.connecting || socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
    this.#layer.closed?.();
  }

  async #carry(direction: Direction, source: Socket): Promise<void> {
    try {
      for await (const chunk of source) await this.#bring(direction, chunk as Buffer);
      await this.#weather.pass(direction);
      if (!this.#silenced.has(direction)) this.#sockets[direction].end();
    } catch {
      this.reset();
    }
  }

  async #bring(direction: Direction, chunk: Buffer): Promise<void> {
    const fault = this.#script[direction];
    const delayMs = this.#weather.delayMs + (fault?.delayMs ?? 0);
    if (delayMs > 0) await pause(delayMs, undefined, { ref: false });
    await this.#weather.pass(direction);
    if (this.#silenced.has(direction)) return;
    const room = (fault?.cut?.afterBytes ?? Infinity) - this.#carried[direction];
    const part = chunk.length >= room ? chunk.subarray(0, room) : chunk;
    this.#carried[direction] += part.length;
    if (part.length > 0) this.#layer.receive(direction, part);
    if (fault?.cut !== undefined && chunk.length >= room) this.#break(direction, fault.cut.by);
  }

  #break(direction: Direction, by: CutBy): void {
    this.#silenced.add(direction);
    switch (by) {
      case 'reset':
        // A reset throws away what still waits, here and at the other end: give it a moment to be read.
        setTimeout(() => this.reset(), readWithinMs).unref();
        return;
      case 'end':
        for (const socket of Object.values(this.#sockets)) socket.end();
        return;
      case 'half':
        this.#sockets[direction].end();
        return;
      case 'silence':
        return;
    }
  }
}
