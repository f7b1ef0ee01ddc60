import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { blockListOf, readTrustedRange } from './address-range.ts';
import { clientAddress } from './client-address.ts';

const trusted = blockListOf(
  ['10.0.0.0/8', '192.0.2.10', 'fd00::/64'].flatMap((text) => {
    const read = readTrustedRange(text);
    return read.ok ? [read.range] : [];
  }),
);
const proxy = '10.0.0.1';

function addressFrom(remoteAddress: string | undefined, headers: IncomingHttpHeaders): string {
  return clientAddress({ headers, socket: { remoteAddress } }, trusted);
}

/** Through one trusted proxy, which sends this `X-Forwarded-For`. */
const byForwardedFor = (value: string) => addressFrom(proxy, { 'x-forwarded-for': value });
/** Through one trusted proxy, which sends this `Forwarded`. */
const byForwarded = (value: string) => addressFrom(proxy, { forwarded: value });

describe('a peer that is no trusted proxy', () => {
  const forged = {
    'x-forwarded-for': '203.0.113.7',
    forwarded: 'for=203.0.113.7',
    'x-real-ip': '203.0.113.7',
    'cf-connecting-ip': '203.0.113.7',
    'true-client-ip': '203.0.113.7',
  };

  for (const peer of ['198.51.100.1', '192.0.2.11', '2001:db8::1', 'fd00:0:0:1::1']) {
    test(`${peer} is the client, whatever it says`, () => {
      assert.equal(addressFrom(peer, forged), peer);
    });
  }

  test('does not become one by naming a proxy', () => {
    assert.equal(addressFrom('198.51.100.1', { 'x-forwarded-for': `203.0.113.7, ${proxy}` }), '198.51.100.1');
  });

  test('is the client when nobody is trusted, on loopback too', () => {
    assert.equal(
      clientAddress({ headers: forged, socket: { remoteAddress: '127.0.0.1' } }, blockListOf([])),
      '127.0.0.1',
    );
  });

  test('that is gone has no address, and is not believed', () => {
    assert.equal(addressFrom(undefined, forged), '');
  });
});

describe('a trusted proxy', () => {
  test('names the client', () => {
    assert.equal(byForwardedFor('198.51.100.1'), '198.51.100.1');
    assert.equal(byForwarded('for=198.51.100.1'), '198.51.100.1');
  });

  test('that says nothing is the client itself', () => {
    assert.equal(addressFrom(proxy, {}), proxy);
  });

  test('is known by its IPv4-mapped address', () => {
    assert.equal(addressFrom(`::ffff:${proxy}`, { 'x-forwarded-for': '198.51.100.1' }), '198.51.100.1');
    assert.equal(addressFrom(`::ffff:${proxy}`, {}), proxy);
  });

  test('is known by its IPv6 address', () => {
    assert.equal(addressFrom('fd00::1', { 'x-forwarded-for': '2001:db8::7' }), '2001:db8::7');
  });

  test('is believed in X-Forwarded-For and Forwarded alone', () => {
    const others = { 'x-real-ip': '203.0.113.7', 'cf-connecting-ip': '203.0.113.7', 'true-client-ip': '203.0.113.7' };
    assert.equal(addressFrom(proxy, others), proxy);
  });

  test('is believed in X-Forwarded-For where it sends both', () => {
    const both = { 'x-forwarded-for': '198.51.100.1', forwarded: 'for=203.0.113.7' };
    assert.equal(addressFrom(proxy, both), '198.51.100.1');
    assert.equal(addressFrom(proxy, { ...both, 'x-forwarded-for': 'unknown' }), proxy);
  });
});

describe('several hops', () => {
  test('the first from the right that is no trusted proxy is the client', () => {
    assert.equal(byForwardedFor('198.51.100.1, fd00::2, 192.0.2.10, 10.0.0.2'), '198.51.100.1');
    assert.equal(byForwarded('for=198.51.100.1, for="[fd00::2]", for=192.0.2.10;by=10.0.0.9'), '198.51.100.1');
  });

  test('what the client wrote at the left counts for nothing', () => {
    assert.equal(byForwardedFor('203.0.113.7, 10.0.0.3, 198.51.100.1, 10.0.0.2'), '198.51.100.1');
    assert.equal(byForwarded('for=203.0.113.7, for=198.51.100.1, for=10.0.0.2'), '198.51.100.1');
  });

  test('when all are trusted the farthest is the client', () => {
    assert.equal(byForwardedFor('10.0.0.3, 10.0.0.2'), '10.0.0.3');
  });

  test('lines of the same header go on after one another', () => {
    const headers = { 'x-forwarded-for': ['203.0.113.7', '198.51.100.1, 10.0.0.2'] };
    assert.equal(addressFrom(proxy, headers), '198.51.100.1');
  });

  test('as many as fit in the headers are read', () => {
    const hops = Array.from({ length: 1000 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
    assert.equal(byForwardedFor(['203.0.113.7', '198.51.100.1', ...hops].join(', ')), '198.51.100.1');
  });

  test('whatever a client writes, it is known by the address that its proxy saw', () => {
    const separators = fc.constantFrom(
      ', ',
      ',',
      ';',
      '"',
      '\\',
      '=',
      'for=',
      '10.0.0.2',
      '203.0.113.7',
      ' ',
      '[',
      ']',
    );
    const written = fc.array(fc.oneof(separators, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(written, (text) => {
        assert.equal(byForwardedFor(`${text}, 198.51.100.1`), '198.51.100.1');
        assert.equal(byForwarded(`${text}, for="198.51.100.1:443";proto=https`), '198.51.100.1');
      }),
    );
  });
});

describe('entries that are no address', () => {
  for (const entry of [
    'unknown',
    '_hidden',
    '',
    'client.example.com',
    '198.51.100',
    '198.51.100.256',
    '198.051.100.1',
    '198.51.100.1/32',
    '198.51.100.1:',
    '198.51.100.1:port',
    '198.51.100.1:123456',
    '198.51.100.1 203.0.113.7',
    '[198.51.100.1]',
    '[2001:db8::1',
    '2001:db8::1]',
    '[2001:db8::g]',
    'fe80::1%eth0',
    '"198.51.100.1"',
    'for=198.51.100.1',
  ]) {
    test(`X-Forwarded-For: "${entry}" ends the search at the last good hop`, () => {
      assert.equal(byForwardedFor(entry), proxy);
      assert.equal(byForwardedFor(`203.0.113.7, ${entry}, 10.0.0.2`), '10.0.0.2');
    });
  }

  for (const element of [
    'for=unknown',
    'for=_hidden',
    'for="_hidden:443"',
    'for="unknown:443"',
    'for=',
    'for=""',
    '',
    'by=203.0.113.7',
    'host=id.example.com;proto=https',
    '198.51.100.1',
    'for 198.51.100.1',
    'for="198.51.100.1',
    'for=198.51.100.1"',
    'for=198.51.100.1:443',
    'for=[2001:db8::1]',
    'for="2001:db8::1"',
    'for="[198.51.100.1]"',
    'for=198.51.100.1;for=203.0.113.7',
    'for=198.51.100.1;proto',
    'for=198.51.100.1;host="a,b"',
  ]) {
    test(`Forwarded: ${element} ends the search at the last good hop`, () => {
      assert.equal(byForwarded(element), proxy);
      assert.equal(byForwarded(`for=203.0.113.7, ${element}, for=10.0.0.2`), '10.0.0.2');
    });
  }
});

describe('the spelling of an address', () => {
  for (const [entry, address] of [
    ['198.51.100.1:47011', '198.51.100.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:47011', '2001:db8::1'],
    ['2001:DB8:0::0001', '2001:db8::1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['[::ffff:c633:6401]:443', '198.51.100.1'],
    ['\t198.51.100.1 ', '198.51.100.1'],
  ] as const) {
    test(`X-Forwarded-For: ${entry.trim()} is ${address}`, () => {
      assert.equal(byForwardedFor(entry), address);
    });
  }

  for (const [element, address] of [
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="[2001:DB8::1]"', '2001:db8::1'],
    ['for="198.51.100.1:47011"', '198.51.100.1'],
    ['for="198.51.100.1:_port"', '198.51.100.1'],
    ['for="[::ffff:198.51.100.1]"', '198.51.100.1'],
    ['for="198\\.51.100.1"', '198.51.100.1'],
    ['for=198.51.100.1;proto=http;by=203.0.113.43', '198.51.100.1'],
    ['proto=https; FOR=198.51.100.1;', '198.51.100.1'],
    ['host="a\\"for=203.0.113.7";for=198.51.100.1', '198.51.100.1'],
  ] as const) {
    test(`Forwarded: ${element} is ${address}`, () => {
      assert.equal(byForwarded(element), address);
    });
  }
});
