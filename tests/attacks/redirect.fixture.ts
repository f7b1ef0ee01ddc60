import assert from 'node:assert/strict';
import { authorizeParameters } from '@ostiary/http/fixture';
import type { House } from '../security/house.fixture.ts';

/** Asks by GET and by POST; asserts that neither leads anywhere but to a page of ours. The status of both. */
export async function assertStaysHere(house: House, changes: Record<string, string | undefined>): Promise<number> {
  const asked = authorizeParameters(changes);
  const answers = [
    await house.request(`/authorize?${asked.toString()}`),
    await house.request('/authorize', { method: 'POST', body: asked }),
  ];
  for (const response of answers) {
    const html = await response.text();
    assert.equal(response.headers.get('location'), null);
    assert.equal(response.headers.get('refresh'), null);
    assert.doesNotMatch(html, /<script|<form|<meta http-equiv|<iframe|href="(?!\/)/i);
  }
  const [get, post] = answers.map(({ status }) => status);
  assert.equal(get, post);
  return get ?? 0;
}
