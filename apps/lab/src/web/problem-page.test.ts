import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebError } from '@ostiary/web';
import express from 'express';
import { followClock } from '../followed-clock.ts';
import { holdPort } from '../loopback.ts';
import { problemPage } from './problem-page.ts';
import { createStories } from './story.ts';

const addresses = { issuer: 'http://localhost:1', page: 'http://localhost:2', web: 'http://localhost:3', api: '' };
const clock = followClock({ offsetMs: async () => 0, advance: async () => true });

/** What is shown of an error of a request that had the session `ses_1`, and what is told of that session. */
async function shown(error: Error) {
  const stories = createStories();
  const app = express();
  app.get('/', (_request, response, next) => {
    response.locals['story'] = 'ses_1';
    next(error);
  });
  app.use(problemPage({ addresses, clock, stories }));
  const port = await holdPort(0);
  port.serve(app);
  try {
    const response = await fetch(`http://localhost:${port.port}/`);
    return { status: response.status, html: await response.text(), told: stories.of('ses_1').map(({ fact }) => fact) };
  } finally {
    await port.close();
  }
}

test('a session that ended in the middle of a request is told on, for whoever signs in to it again', async () => {
  const { status, html, told } = await shown(new WebError('session_ended', 'it is over', { error: 'invalid_grant' }));
  assert.equal(status, 401);
  assert.match(html, /Your session has ended: it is over \(invalid_grant\)\./);
  assert.deepEqual(
    told.map((fact) => fact?.kind),
    ['ended'],
  );
});

test('of other problems nothing is told on', async () => {
  const { status, html, told } = await shown(new WebError('try_later', 'the provider is busy'));
  assert.equal(status, 503);
  assert.match(html, /The provider is busy \(try_later\)\./);
  assert.deepEqual(told, []);
});
