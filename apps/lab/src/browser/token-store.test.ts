import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTokenStore, STORAGE_CHOICES } from './token-store.ts';
import type { TokenSet } from './token-store.ts';

const tokens: TokenSet = {
  accessToken: `a.${'x'.repeat(5000)}.c`,
  refreshToken: 'ort_0',
  idToken: 'é; =%',
  scope: 'openid',
  generation: 3,
  refreshExpiresAtMs: 5,
  attempt: 'once',
};

/** As `document.cookie`: setting adds one, reading gives all; each holds 4,096 bytes. */
class CookieJar {
  private readonly pairs = new Map<string, string>();

  get cookie(): string {
    return [...this.pairs].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set cookie(text: string) {
    const [pair = '', ...attributes] = text.split('; ');
    const [name = '', value = ''] = pair.split('=');
    if (attributes.includes('Max-Age=0')) this.pairs.delete(name);
    else if (pair.length <= 4096) this.pairs.set(name, value);
  }
}

class WebStorage implements Storage {
  [name: string]: unknown;
  private readonly items = new Map<string, string>();
  length = 0;
  clear = () => this.items.clear();
  getItem = (key: string) => this.items.get(key) ?? null;
  key = () => null;
  removeItem = (key: string) => void this.items.delete(key);
  setItem = (key: string, value: string) => void this.items.set(key, value);
}

for (const { choice } of STORAGE_CHOICES) {
  describe(`the store "${choice}"`, () => {
    const places = () => ({
      sessionStorage: new WebStorage(),
      localStorage: new WebStorage(),
      cookies: new CookieJar(),
    });

    it('gives back what was written, also long tokens', () => {
      const store = createTokenStore(choice, places());
      assert.equal(store.read(), undefined);
      store.write(tokens);
      assert.deepEqual(store.read(), tokens);
      store.write({ ...tokens, accessToken: 'short', attempt: undefined });
      assert.equal(store.read()?.accessToken, 'short');
      assert.equal(store.read()?.attempt, undefined);
    });

    it('is empty after clear', () => {
      const kept = places();
      const store = createTokenStore(choice, kept);
      store.write(tokens);
      store.clear();
      assert.equal(store.read(), undefined);
      assert.equal(kept.cookies.cookie, '');
    });

    it(choice === 'memory' ? 'is lost with a reload' : 'survives a reload', () => {
      const kept = places();
      createTokenStore(choice, kept).write(tokens);
      const found = createTokenStore(choice, kept).read();
      assert.deepEqual(found, choice === 'memory' ? undefined : tokens);
    });
  });
}
