import assert from 'node:assert/strict';
import { it } from 'node:test';
import { browserEnvironment } from './environment.ts';

it('on a server there is no page, and no channel to other tabs', () => {
  const environment = browserEnvironment();
  assert.equal(environment.isPage, false);
  assert.equal(
    environment.channel('tabs', () => {}),
    undefined,
  );
});
