import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InternedTerms, spelledTerms } from './terms.ts';

const body = (role: string) =>
  spelledTerms({ grant: { scopes: [], apis: {}, acr: '1', amr: [], claims: { role } }, boundTo: 'offline' });

/** A database that knows terms by any key, and says what it was asked for. */
function openTerms(maxEntries: number) {
  const asked: string[] = [];
  const query = async (_: unknown, [keys = '']: readonly unknown[]) => {
    asked.push(String(keys));
    return String(keys)
      .slice(1, -1)
      .split(',')
      .map((key) => ({ key, body: body(key) }));
  };
  return { terms: new InternedTerms({ query } as ConstructorParameters<typeof InternedTerms>[0], maxEntries), asked };
}

describe('family terms that were read', () => {
  test('are kept in a bounded number: claims of a back end may differ from person to person', async () => {
    const { terms, asked } = openTerms(2);
    for (const key of ['1', '2', '3']) await terms.load([key]);
    assert.deepEqual(
      ['1', '2', '3'].map((key) => terms.isStored(key)),
      [false, true, true],
    );
    await terms.load(['1', '3']);
    assert.deepEqual(asked, ['{1}', '{2}', '{3}', '{1}']);
  });

  test('stay for whoever asked for them, however old they are', async () => {
    const { terms } = openTerms(2);
    await terms.load(['1']);
    await terms.load(['2']);
    await terms.load(['1', '3']);
    assert.deepEqual(terms.termsOf('1').grant.claims, { role: '1' });
    assert.deepEqual(terms.termsOf('3').grant.claims, { role: '3' });
  });
});
