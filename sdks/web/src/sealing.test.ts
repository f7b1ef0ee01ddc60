import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSealer } from './sealing.ts';

const one = 'secret one, of thirty-two characters';
const two = 'secret two, of thirty-two characters';

describe('a sealed text', () => {
  it('opens with the secret that sealed it, and says nothing else', async () => {
    const sealed = await openSealer([one]).seal('session', { user: 'ada' });
    assert.deepEqual(await openSealer([one]).open('session', sealed), { user: 'ada' });
    assert.equal(await openSealer([two]).open('session', sealed), undefined);
    assert.doesNotMatch(Buffer.from(sealed, 'base64url').toString('latin1'), /ada/);
  });

  it('opens after the secret was rotated, and no more when the old one is taken out', async () => {
    const sealed = await openSealer([one]).seal('session', 1);
    assert.equal(await openSealer([two, one]).open('session', sealed), 1);
    assert.equal(await openSealer([two]).open('session', sealed), undefined);
  });

  it('does not open for another purpose', async () => {
    const sealer = openSealer([one]);
    assert.equal(await sealer.open('session', await sealer.seal('transaction', 1)), undefined);
  });

  it('does not open when a single character was changed', async () => {
    const sealer = openSealer([one]);
    const sealed = await sealer.seal('session', { user: 'ada' });
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      // The last character of a part has bits that say nothing.
      if (sealed[at] === '.' || JSON.stringify(bytesOf(changed)) === JSON.stringify(bytesOf(sealed))) continue;
      assert.equal(await sealer.open('session', changed), undefined, `character ${at}`);
    }
  });
});

function bytesOf(sealed: string): string[] {
  return sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
}
