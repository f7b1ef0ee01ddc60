import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { SessionRecord } from '@ostiary/session';
import { openCookieStore } from './cookie-store.ts';
import type { Jar } from './cookie-store.ts';

/** Cookies as browsers keep them: too large ones are dropped without a word. */
class VirtualJar implements Jar {
  readonly cookies = new Map<string, string>();
  readonly attributes: string[] = [];
  isSecure = true;
  isOff = false;
  read(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  write(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ');
    const at = pair.indexOf('=');
    if (this.isOff || pair.length > 4096) return;
    this.attributes.push(attributes.join('; '));
    if (attributes.includes('Max-Age=0')) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  alone<Result>(work: () => Result): Promise<Result> {
    return Promise.resolve(work());
  }
}

const name = 'ostiary.spa@https://id.example';
const recordOf = (length: number): SessionRecord => ({
  id: 'one',
  generation: 0,
  tokens: { accessToken: 'ä'.repeat(length), tokenType: 'Bearer', obtainedAtMs: 1 },
  offsetMs: 0,
});

let jar: VirtualJar;
const open = () => openCookieStore(name, jar, undefined);
beforeEach(() => (jar = new VirtualJar()));

describe('a session in cookies that script writes', () => {
  it('is found again by another page, however many cookies it needs', async () => {
    for (const length of [10, 3_000, 9_000]) {
      await open().update(() => recordOf(length));
      assert.deepEqual(open().read(), recordOf(length));
    }
    assert.ok(jar.cookies.size > 3);
    assert.ok([...jar.cookies].every(([key, value]) => `${key}=${value}`.length <= 4096));
  });

  it('leaves nothing over when it becomes smaller, or ends', async () => {
    await open().update(() => recordOf(9_000));
    await open().update(() => recordOf(10));
    assert.equal(jar.cookies.size, 1);
    await open().update(() => undefined);
    assert.equal(jar.cookies.size, 0);
  });

  it('is bound to its host, to https and to one site', async () => {
    await open().update(() => recordOf(10));
    assert.ok([...jar.cookies.keys()].every((key) => key.startsWith('__Host-ostiary.spa')));
    assert.deepEqual(jar.attributes, ['Path=/; SameSite=Strict; Secure']);
  });

  it('is no session when its cookies are of two writings, or one is gone', async () => {
    await open().update(() => recordOf(9_000));
    const older = new Map(jar.cookies);
    await open().update(() => recordOf(8_999));
    const [, second = ''] = jar.cookies.keys();
    jar.cookies.set(second, older.get(second) ?? '');
    assert.equal(await open().read(), undefined);
    jar.cookies.delete(second);
    assert.equal(await open().read(), undefined);
  });

  it('waits for a writing that another tab is at', async () => {
    await open().update(() => recordOf(9_000));
    const whole = new Map(jar.cookies);
    jar.cookies.delete([...whole.keys()][1] ?? '');
    jar.alone = async (work) => {
      for (const [key, value] of whole) jar.cookies.set(key, value);
      return work();
    };
    assert.deepEqual(await open().read(), recordOf(9_000));
  });

  it('is in the memory of the page where cookies are refused, and half of it stays nowhere', async () => {
    jar.isOff = true;
    const store = open();
    await store.update(() => recordOf(10));
    assert.deepEqual(await store.read(), recordOf(10));
    assert.equal(jar.cookies.size, 0);
    assert.equal(open().read(), undefined);
  });
});
