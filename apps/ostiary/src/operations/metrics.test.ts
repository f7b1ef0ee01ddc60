import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AggregatorRegistry } from 'prom-client';
import { createMetrics } from './metrics.ts';
import type { Levels } from './metrics.ts';

const levels: Levels = {
  readiness: {
    isReady: true,
    checks: { serving: { ok: true }, storage: { ok: true }, clock: { ok: true }, keys: { ok: true } },
    warnings: [],
    nodes: 2,
  },
  passwords: { running: 1, waiting: 3 },
  keyAgeSeconds: 60,
  revocationStreams: 3,
  clockOffsetSeconds: -0.5,
};

function lines(text: string, ...names: string[]): string[] {
  return text
    .split('\n')
    .filter((line) => names.some((name) => line.startsWith(name)))
    .toSorted();
}

test('what happened is counted by closed lists of words', async () => {
  const { meter, observer, reloaded, registry } = createMetrics();
  meter.answered({ route: '/token', status: 200, milliseconds: 3 });
  meter.answered({ route: '/token', status: 200, milliseconds: 30 });
  meter.refreshed('rotate');
  meter.refused('reuse_detected');
  meter.triedToSignIn('signed_in');
  meter.toldOfLogout('postponed');
  meter.published(2);
  meter.published(0);
  observer.batch({ plans: 3, lost: 1, milliseconds: 4 });
  observer.retried('serialization');
  observer.pool({ open: 4, idle: 3, waiting: 0 });
  reloaded('refused');
  const text = await registry.metrics();
  assert.deepEqual(
    lines(text, 'ostiary_http_requests_total', 'ostiary_refreshes', 'ostiary_refusals', 'ostiary_sign_ins'),
    [
      'ostiary_http_requests_total{route="/token",status="200"} 2',
      'ostiary_refreshes_total{verdict="rotate"} 1',
      'ostiary_refusals_total{reason="reuse_detected"} 1',
      'ostiary_sign_ins_total{outcome="signed_in"} 1',
    ],
  );
  assert.deepEqual(lines(text, 'ostiary_logout_deliveries'), [
    'ostiary_logout_deliveries_total{outcome="postponed"} 1',
  ]);
  assert.deepEqual(lines(text, 'ostiary_revocation_batches', 'ostiary_revocation_entries'), [
    'ostiary_revocation_batches_total 2',
    'ostiary_revocation_entries_total 2',
  ]);
  assert.deepEqual(
    lines(
      text,
      'ostiary_http_request_duration_seconds_bucket{le="0.005"',
      'ostiary_http_request_duration_seconds_count',
    ),
    [
      'ostiary_http_request_duration_seconds_bucket{le="0.005",route="/token"} 1',
      'ostiary_http_request_duration_seconds_count{route="/token"} 2',
    ],
  );
  assert.deepEqual(
    lines(
      text,
      'ostiary_commit_plans_lost',
      'ostiary_commit_batch_plans_sum',
      'ostiary_storage',
      'ostiary_pool',
      'ostiary_configuration_reloads',
    ),
    [
      'ostiary_commit_batch_plans_sum 3',
      'ostiary_commit_plans_lost_total 1',
      'ostiary_configuration_reloads_total{outcome="refused"} 1',
      'ostiary_pool_connections{state="idle"} 3',
      'ostiary_pool_connections{state="open"} 4',
      'ostiary_pool_connections{state="waiting"} 0',
      'ostiary_storage_retries_total{reason="serialization"} 1',
    ],
  );
});

test('levels are read when somebody looks; the process has its own', async () => {
  const { watch, registry } = createMetrics();
  watch(() => levels);
  const text = await registry.metrics();
  assert.deepEqual(
    lines(text, 'ostiary_ready ', 'ostiary_nodes ', 'ostiary_clock', 'ostiary_signing', 'ostiary_passwords'),
    [
      'ostiary_clock_offset_seconds -0.5',
      'ostiary_nodes 2',
      'ostiary_passwords_running 1',
      'ostiary_passwords_waiting 3',
      'ostiary_ready 1',
      'ostiary_signing_key_age_seconds 60',
    ],
  );
  assert.match(text, /^process_cpu_seconds_total/m);
});

test('the numbers of several workers become one: counts add up, readiness is that of the worst', async () => {
  const workers = [createMetrics(), createMetrics()];
  workers[0]?.watch(() => levels);
  workers[1]?.watch(() => ({ ...levels, readiness: { ...levels.readiness, isReady: false } }));
  for (const { meter } of workers) meter.refreshed('rotate');
  const collected = await Promise.all(workers.map(({ registry }) => registry.getMetricsAsJSON()));
  const text = await AggregatorRegistry.aggregate(collected).metrics();
  assert.deepEqual(lines(text, 'ostiary_ready ', 'ostiary_refreshes', 'ostiary_nodes ', 'ostiary_passwords_waiting'), [
    'ostiary_nodes 2',
    'ostiary_passwords_waiting 6',
    'ostiary_ready 0',
    'ostiary_refreshes_total{verdict="rotate"} 2',
  ]);
});
