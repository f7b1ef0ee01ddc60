import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogoutNotice } from '@ostiary/model';
import { session as signedIn } from '../authorization.fixture.ts';
import { ada, adaSession, dayMs, hourMs, laptop, nowMs, webId } from '../family.fixture.ts';
import { isEndOfAll, judgeDelivery, type Delivery } from './logout-notice.ts';

const session = signedIn({ endedAtMs: nowMs, endCause: 'signed_out' });
const failed: Delivery = { isDelivered: false, why: 'http_503' };

function notice(changes: Partial<LogoutNotice> = {}): LogoutNotice {
  const times = { joinedAtMs: nowMs - dayMs, endedAtMs: nowMs, dueAtMs: nowMs + 30_000 };
  return { sessionId: adaSession, clientId: webId, ...times, attempts: 1, ...changes };
}

const judge = (delivery: Delivery, changes: Partial<LogoutNotice> = {}, at = nowMs, jitter = 0) =>
  judgeDelivery(notice(changes), session, delivery, { nowMs: at, jitter });
const who = { userId: ada, clientId: webId, deviceId: laptop, sessionId: adaSession, cause: 'signed_out' };

test('told: it is done with, and recorded', () => {
  const { isSettled, event } = judge({ isDelivered: true }, { attempts: 4 });
  assert.deepEqual([isSettled, event], [true, { kind: 'logout_delivered', ...who }]);
});

describe('not told', () => {
  test('the first time is recorded with its reason, the others are not', () => {
    assert.deepEqual(judge(failed).event, { kind: 'logout_delayed', ...who, reason: 'http_503' });
    assert.equal(judge(failed, { attempts: 2 }).event, undefined);
  });

  test('pauses double from five seconds to an hour', () => {
    const pauses = [1, 2, 3, 10, 11, 500].map((attempts) => judge(failed, { attempts }).dueAtMs - nowMs);
    assert.deepEqual(pauses, [5_000, 10_000, 20_000, 2_560_000, hourMs, hourMs]);
  });

  test('and are shortened by up to half, so that clients that were away together are not told together', () => {
    assert.equal(judge(failed, {}, nowMs, 1).dueAtMs, nowMs + 2_500);
    assert.equal(judge(failed, {}, nowMs, 0.5).dueAtMs, nowMs + 3_750);
  });

  test('where another attempt would change nothing, it is given up at once, and recorded', () => {
    const { isSettled, event } = judge({ isDelivered: false, why: 'client_disabled', isFinal: true });
    assert.deepEqual([isSettled, event?.kind, event?.reason], [true, 'logout_undelivered', 'client_disabled']);
  });

  test('after a day it is given up, and recorded', () => {
    const late = nowMs + dayMs - hourMs;
    assert.equal(judge(failed, { attempts: 30 }, late - 1).isSettled, false);
    const { isSettled, event } = judge(failed, { attempts: 30 }, late);
    assert.deepEqual([isSettled, event], [true, { kind: 'logout_undelivered', ...who, reason: 'http_503' }]);
  });
});

test('what ends all sessions of a user is told apart from what ends one', () => {
  assert.deepEqual(
    (['signed_out', 'device_removed', 'signed_out_everywhere', 'user_disabled', undefined] as const).map(isEndOfAll),
    [false, false, true, true, false],
  );
});
