import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A port of this machine, held on every loopback address, that answers nothing yet. */
export interface LoopbackPort {
  port: number;
  /** Begins to answer. */
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

/**
 * Takes a port on 127.0.0.1 and, where the machine has it, on ::1: `localhost` may be either.
 * @param port 0 takes a free one
 */
export async function holdPort(port: number): Promise<LoopbackPort> {
  const byNumber = await listen(port, '127.0.0.1');
  const held = (byNumber.address() as AddressInfo).port;
  const servers = [byNumber];
  try {
    const byName = await listen(held, '::1').catch(unlessTaken);
    if (byName !== undefined) servers.push(byName);
  } catch (error) {
    await close(byNumber);
    throw error;
  }
  return {
    port: held,
    serve(listener) {
      for (const server of servers) server.on('request', listener);
    },
    close: async () => void (await Promise.all(servers.map(close))),
  };
}

/** Machines without IPv6 do well without. */
function unlessTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'EADDRINUSE') throw error;
}

function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
