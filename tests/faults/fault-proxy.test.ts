import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { faultProxy, type FaultProxyOptions } from '../support/fault-proxy.ts';

describe('the fault proxy', () => {
  let echo: Server;
  let port: number;
  let received: string;
  let halfClosed: number;
  before(async () => {
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        received += chunk.toString();
        socket.write(chunk);
      });
      socket.on('end', () => {
        halfClosed += 1;
        socket.end('bye');
      });
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    ({ port } = echo.address() as AddressInfo);
  });
  after(() => echo.close());

  it('carries both directions and the end of each', async () => {
    await using opened = await open();
    const caller = opened.call();
    caller.socket.end('hello');
    assert.equal(await caller.closed, 'end');
    assert.equal(caller.heard(), 'hellobye');
    assert.equal(opened.proxy.accepted(), 1);
  });

  it('cuts the request after k bytes: the server hears k of them, the caller a reset', async () => {
    await using opened = await open({ script: () => ({ toServer: { cut: { afterBytes: 3, by: 'reset' } } }) });
    const caller = opened.call();
    caller.socket.write('hello');
    assert.equal(await caller.closed, 'ECONNRESET');
    assert.equal(received, 'hel');
  });

  it('cuts the answer after k bytes: the server did the work, the caller hears k of them', async () => {
    await using opened = await open({ script: () => ({ toClient: { cut: { afterBytes: 2, by: 'end' } } }) });
    const caller = opened.call();
    caller.socket.write('hello');
    assert.equal(await caller.closed, 'end');
    assert.equal(caller.heard(), 'he');
    assert.equal(received, 'hello');
  });

  it('closes one direction and leaves the other', async () => {
    await using opened = await open({ script: () => ({ toServer: { cut: { afterBytes: 5, by: 'half' } } }) });
    const caller = opened.call();
    caller.socket.write('hello');
    assert.equal(await caller.closed, 'end');
    assert.equal(caller.heard(), 'hellobye');
    assert.equal(halfClosed, 1);
  });

  it('lets one direction fall silent: the request arrives, no answer does, no connection ends', async () => {
    await using opened = await open({ script: () => ({ toClient: { cut: { afterBytes: 0, by: 'silence' } } }) });
    const caller = opened.call();
    caller.socket.write('hello');
    await until(() => received === 'hello');
    assert.equal(caller.heard(), '');
    assert.equal(caller.socket.destroyed, false);
  });

  it('gives each connection the fate of its number', async () => {
    await using opened = await open({
      script: (connection) => (connection === 1 ? { toClient: { cut: { afterBytes: 0, by: 'reset' } } } : {}),
    });
    const first = opened.call();
    first.socket.end('one');
    assert.equal(await first.closed, 'end');
    const other = opened.call();
    other.socket.end('two');
    assert.equal(await other.closed, 'ECONNRESET');
  });

  it('refuses, and listens on the same port again after it healed', async () => {
    await using opened = await open();
    const before = opened.call();
    before.socket.write('x');
    await until(() => before.heard() === 'x');
    await opened.proxy.refuse();
    assert.equal(await before.closed, 'ECONNRESET');
    assert.equal(await opened.call().closed, 'ECONNREFUSED');
    await opened.proxy.heal();
    const again = opened.call();
    again.socket.end('back');
    assert.equal(await again.closed, 'end');
    assert.equal(again.heard(), 'backbye');
  });

  it('keeps bytes back in a black hole, and lets them go when it heals', async () => {
    await using opened = await open();
    opened.proxy.blackHole('toClient');
    const caller = opened.call();
    caller.socket.write('hello');
    await until(() => received === 'hello');
    assert.equal(caller.heard(), '');
    await opened.proxy.heal();
    await until(() => caller.heard() === 'hello');
  });

  it('delays each chunk', async () => {
    await using opened = await open();
    opened.proxy.delay(60);
    const caller = opened.call();
    const startMs = performance.now();
    caller.socket.write('hello');
    await until(() => caller.heard() === 'hello');
    assert.ok(performance.now() - startMs >= 115, 'once there and once back');
  });

  async function open(options: Omit<FaultProxyOptions, 'port'> = {}) {
    received = '';
    halfClosed = 0;
    const proxy = await faultProxy({ port, ...options });
    const sockets: Socket[] = [];
    return {
      proxy,
      call: () => {
        const caller = callTo(proxy.port);
        sockets.push(caller.socket);
        return caller;
      },
      [Symbol.asyncDispose]: async () => {
        for (const socket of sockets) socket.destroy();
        await proxy.close();
      },
    };
  }
});

/** A caller, what it heard, and how its connection ended: `end`, or the code of the error. */
function callTo(port: number): { socket: Socket; heard(): string; closed: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1' });
  let heard = '';
  let how = 'end';
  socket.on('data', (chunk) => {
    heard += chunk.toString();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    how = error.code ?? error.message;
  });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(how)));
  return { socket, heard: () => heard, closed };
}

/** Looks again on each turn of the event loop; a test that waits in vain is ended by its runner. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
