import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GrantError } from './grant-error.ts';
import { receiveGrants, sendGrant } from './hand-over.ts';
import { VirtualHost } from './virtual-host.fixture.ts';
import { virtualWorkers } from './virtual-workers.fixture.ts';

const url = 'https://worker.example/grants';
const keys = [{ id: 'h1', key: Buffer.alloc(32, 9) }];
const same = async (token: string) => token;

/** A web app, and a worker in another process behind a network. */
function houses() {
  const all = virtualWorkers();
  const worker = all.open();
  const network: VirtualHost = new VirtualHost((request) => receive(request), all.host.nowMs);
  const receive = receiveGrants(worker, { keys }, all.host.environment());
  const send = (options: Partial<Parameters<typeof sendGrant>[2]> = {}, to = url) => {
    network.nowMs = all.host.nowMs;
    return network.during(sendGrant(to, all.issuer.signIn(), { keys, ...options }, network.environment()));
  };
  return { ...all, worker, network, receive, send };
}

describe('a hand-over to another process', () => {
  it('arrives sealed, and is a grant there', async () => {
    const { worker, network, send } = houses();
    const bodies: string[] = [];
    network.beforeSending = async (request) => void bodies.push(await request.clone().text());
    const id = await send({ subject: 'usr_ada' });
    assert.match(await worker.withGrant(id, same), /^at-0-0-/);
    assert.equal((await worker.read(id))?.subject, 'usr_ada');
    assert.match(bodies.join(' '), /^1\.h1\.[\w-]+\.[\w-]+$/);
  });

  it('is sent again when no answer comes, and is one grant', async () => {
    const { worker, network, send } = houses();
    let lost = 2;
    network.fault = () => (lost-- > 0 ? { kind: 'dropAnswer' } : undefined);
    const id = await send();
    assert.deepEqual(
      (await worker.list()).map((grant) => grant.id),
      [id],
    );
    network.fault = () => ({ kind: 'refuse' });
    await assert.rejects(send(), (fault) => fault instanceof GrantError && fault.code === 'try_later');
  });

  it('brings a grant that has ended to life', async () => {
    const { worker, issuer, host, send } = houses();
    const id = await send();
    Object.assign(issuer.families[0] ?? {}, { endCause: 'consent_withdrawn' });
    await host.advance(3_600_000);
    await assert.rejects(worker.withGrant(id, same), /consent_withdrawn/);
    assert.equal(await send({ id }), id);
    assert.match(await worker.withGrant(id, same), /^at-1-/);
  });

  it('replayed later, puts no old token in the place of a newer one', async () => {
    const { worker, host, network, receive, send } = houses();
    let body = '';
    network.beforeSending = async (request) => void (body = await request.clone().text());
    const id = await send();
    host.nowMs += 60_000;
    const newer = await worker.withGrant(id, same, { forSeconds: 3590 });
    assert.equal((await receive(new Request(url, { method: 'POST', body }))).status, 200);
    assert.equal(await worker.withGrant(id, same), newer);
    host.nowMs += 300_000;
    assert.equal((await receive(new Request(url, { method: 'POST', body }))).status, 401);
  });

  it('is refused without the key of both sides, and says no more', async () => {
    const { worker, receive, send } = houses();
    await assert.rejects(send({ keys: [{ id: 'h1', key: Buffer.alloc(32, 8) }] }), (fault) => {
      return fault instanceof GrantError && fault.code === 'misconfigured';
    });
    const answers = await Promise.all([
      receive(new Request(url)),
      receive(new Request(url, { method: 'POST', body: '{"tokens":{}}' })),
      receive(new Request(url, { method: 'POST', body: 'x'.repeat(70_000) })),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [405, 401, 413],
    );
    assert.deepEqual(await worker.list(), []);
  });

  it('of tokens that cannot be renewed is refused with the reason', async () => {
    const { network } = houses();
    await assert.rejects(
      network.during(sendGrant(url, { access_token: 'at' }, { keys }, network.environment())),
      (fault) => fault instanceof GrantError && fault.code === 'misconfigured',
    );
  });

  it('goes over TLS or within one machine', async () => {
    const { send } = houses();
    await assert.rejects(send({}, 'http://worker.example/grants'), /https, or over http to loopback/);
    await send({}, 'http://127.0.0.1:4010/grants');
    await assert.rejects(send({}, 'file:///grants'), GrantError);
  });
});
