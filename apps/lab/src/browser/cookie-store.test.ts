import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SessionRecord } from '@ostiary/browser';
import { cookieStore } from './cookie-store.ts';

/** `document.cookie`, as far as it is used. */
class CookieJar {
  readonly kept = new Map<string, string>();

  get cookie(): string {
    return [...this.kept].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set cookie(line: string) {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    assert.ok(pair.length <= 4096);
    if (attributes.includes('Max-Age=0')) this.kept.delete(pair.slice(0, at));
    else this.kept.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

function record(accessToken: string): SessionRecord {
  return { id: 's', generation: 0, offsetMs: 0, tokens: { accessToken, tokenType: 'Bearer', obtainedAtMs: 0 } };
}

it('keeps a session in pieces that fit, and leaves none behind', async () => {
  const jar = new CookieJar();
  for (const length of [10, 8000, 20]) {
    const kept = record('a'.repeat(length));
    await cookieStore(jar).update(() => kept);
    assert.deepEqual(await cookieStore(jar).read(), kept);
  }
  assert.equal(jar.kept.size, 1);
  await cookieStore(jar).update(() => undefined);
  assert.equal(jar.kept.size, 0);
  assert.equal(await cookieStore(jar).read(), undefined);
});
