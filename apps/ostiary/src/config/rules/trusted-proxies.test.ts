import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, errorsOf } from '../config.fixture.ts';

test('nobody is trusted unless named', () => {
  assert.deepEqual(completed({}).trustedProxies, []);
});

test('proxies are addresses and ranges of both families', () => {
  assert.deepEqual(completed({ trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'FD00::/64'] }).trustedProxies, [
    { address: '127.0.0.1', prefixLength: 32, family: 'ipv4' },
    { address: '10.0.0.0', prefixLength: 8, family: 'ipv4' },
    { address: 'fd00::', prefixLength: 64, family: 'ipv6' },
  ]);
});

test('ranges of everybody and what is no range are refused, each by its place (CVE-2026-76835)', () => {
  const wide =
    'is too wide: whoever is in it may pretend to be any other client; name the proxies, with /8 (IPv4) or /16 (IPv6) at the widest';
  assert.deepEqual(errorsOf({ trustedProxies: ['127.0.0.1', '0.0.0.0/0', '::/0', 'loopback'] }), [
    `trustedProxies[1]: ${wide}`,
    `trustedProxies[2]: ${wide}`,
    'trustedProxies[3]: must be an IP address or a range of them, such as "192.0.2.10", "10.0.0.0/8" or "fd00::/64"',
  ]);
});

test('a number of hops, true or one text is no list of proxies', () => {
  for (const [trustedProxies, shown] of [
    [1, '1'],
    [true, 'true'],
    ['*', '"*"'],
  ] as const)
    assert.deepEqual(errorsOf({ trustedProxies }), [`trustedProxies: must be a list, not ${shown}`]);
});
