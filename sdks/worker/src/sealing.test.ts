import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSealer } from './sealing.ts';

const key = (id: string, byte: number) => ({ id, key: Buffer.alloc(32, byte).toString('base64') });
const sealer = (...ids: string[]) =>
  createSealer(
    ids.map((id) => key(id, id.charCodeAt(0))),
    randomBytes,
  );

describe('a sealed text', () => {
  it('opens for what it belongs to, and never looks the same twice', () => {
    const one = sealer('a').seal('secret', 'grt_1');
    assert.notEqual(one, sealer('a').seal('secret', 'grt_1'));
    assert.ok(!one.includes(Buffer.from('secret').toString('base64url')));
    assert.equal(sealer('a').open(one, 'grt_1'), 'secret');
  });

  it('does not open for another, nor changed by a bit', () => {
    const sealed = sealer('a').seal('secret', 'grt_1');
    assert.throws(() => sealer('a').open(sealed, 'grt_2'), /does not open/);
    const [version, id, iv, bytes = ''] = sealed.split('.');
    const flipped = Buffer.from(bytes, 'base64url');
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    assert.throws(() => sealer('a').open([version, id, iv, flipped.toString('base64url')].join('.'), 'grt_1'));
    assert.throws(() => sealer('a').open([version, id, iv, bytes.slice(0, 8)].join('.'), 'grt_1'), /does not open/);
  });

  it('opens with an old key while that is among the keys; the first seals', () => {
    const old = sealer('a').seal('secret', 'x');
    assert.equal(sealer('b', 'a').open(old, 'x'), 'secret');
    const renewed = sealer('b', 'a').seal('secret', 'x');
    assert.equal(sealer('b').open(renewed, 'x'), 'secret');
    assert.throws(() => sealer('b').open(old, 'x'), /"a", which is not among the keys/);
  });

  it('was sealed here, or is refused', () => {
    for (const text of ['', 'tokens', '2.a.b.c']) assert.throws(() => sealer('a').open(text, 'x'), /not sealed here/);
  });

  it('needs a key of 32 bytes with a name', () => {
    assert.throws(() => createSealer([], randomBytes), TypeError);
    assert.throws(() => createSealer([{ id: 'a', key: 'c2hvcnQ' }], randomBytes), /5 bytes; it needs 32/);
    assert.throws(() => createSealer([{ ...key('a', 1), id: 'a.b' }], randomBytes), TypeError);
  });
});
