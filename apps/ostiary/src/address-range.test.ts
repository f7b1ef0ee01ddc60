import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockListOf, canonicalAddress, readTrustedRange } from './address-range.ts';

function trusted(text: string) {
  const read = readTrustedRange(text);
  assert.ok(read.ok, text);
  return blockListOf([read.range]);
}

for (const [text, inside, outside] of [
  ['192.0.2.10', '192.0.2.10', '192.0.2.11'],
  ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
  ['172.16.0.0/12', '172.31.255.255', '172.32.0.0'],
  ['192.0.2.10/32', '192.0.2.10', '192.0.2.11'],
  ['::ffff:192.0.2.0/120', '192.0.2.255', '192.0.3.0'],
  ['::ffff:c000:20a', '192.0.2.10', '192.0.2.11'],
] as const) {
  test(`${text} has ${inside} and not ${outside}`, () => {
    assert.equal(trusted(text).check(inside), true);
    assert.equal(trusted(text).check(outside), false);
  });
}

for (const [text, inside, outside] of [
  ['2001:DB8::10', '2001:db8::10', '2001:db8::11'],
  ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', 'fd00:0:0:1::'],
  ['2001::/16', '2001:ffff::', '2002::'],
  ['::1', '::1', '::2'],
] as const) {
  test(`${text} has ${inside} and not ${outside}, nor any IPv4`, () => {
    assert.equal(trusted(text).check(inside, 'ipv6'), true);
    assert.equal(trusted(text).check(outside, 'ipv6'), false);
    assert.equal(trusted(text).check('192.0.2.1'), false);
  });
}

for (const text of ['0.0.0.0/0', '10.0.0.0/7', '::/0', '2001::/15', '::ffff:0.0.0.0/96', '::ffff:10.0.0.0/103']) {
  test(`${text} is too wide to be trusted`, () => {
    assert.deepEqual(readTrustedRange(text), {
      ok: false,
      message:
        'is too wide: whoever is in it may pretend to be any other client; name the proxies, with /8 (IPv4) or /16 (IPv6) at the widest',
    });
  });
}

for (const text of ['::/16', '::/80', '::ffff:10.0.0.0/90', '0:0:0:0:0:ffff::/95']) {
  test(`${text} is IPv6 by name only: it has all of IPv4`, () => {
    assert.deepEqual(readTrustedRange(text), {
      ok: false,
      message: 'contains every IPv4 address in its IPv4-mapped form; name the proxies',
    });
  });
}

for (const text of [
  '',
  'localhost',
  'proxy.example.com',
  '*',
  '10.0.0',
  '10.0.0.1:443',
  '010.0.0.1',
  '10.0.0.0/',
  '10.0.0.0/08',
  '10.0.0.0/33',
  '10.0.0.0/-8',
  '10.0.0.0/8/8',
  '10.0.0.0/255.0.0.0',
  ' 10.0.0.1',
  '10.0.0.1, 10.0.0.2',
  '[::1]',
  '::1/129',
  'fe80::1%eth0',
  'true',
]) {
  test(`"${text}" is no range`, () => {
    assert.deepEqual(readTrustedRange(text), {
      ok: false,
      message: 'must be an IP address or a range of them, such as "192.0.2.10", "10.0.0.0/8" or "fd00::/64"',
    });
  });
}

test('an address has one spelling', () => {
  assert.equal(canonicalAddress('2001:0DB8:0:0::0001'), '2001:db8::1');
  assert.equal(canonicalAddress('::FFFF:c000:0201'), '192.0.2.1');
  assert.equal(canonicalAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(canonicalAddress('fe80::1%eth0'), 'fe80::1');
  assert.equal(canonicalAddress('192.0.2.1'), '192.0.2.1');
  assert.equal(canonicalAddress('192.0.2.01'), undefined);
});
