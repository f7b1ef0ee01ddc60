import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameSite } from './same-site.ts';

/** As a browser that knows these public suffixes. */
const suffixes = new Set(['com', 'uk', 'co.uk', 'github.io', 'localhost']);
const mayHold = (domain: string) => !suffixes.has(domain);
const is = (one: string, other: string) => isSameSite(one, other, mayHold);

describe('one site', () => {
  it('is one host on any port, or hosts below one domain', () => {
    assert.ok(is('http://localhost:1', 'http://localhost:2'));
    assert.ok(is('https://app.example.com', 'https://id.example.com/authorize'));
    assert.ok(is('https://example.com', 'https://id.example.com'));
    assert.ok(is('https://a.example.co.uk', 'https://b.example.co.uk'));
  });

  it('is not hosts that share a public suffix, a name and an address, two addresses, or two schemes', () => {
    assert.ok(!is('https://a.co.uk', 'https://b.co.uk'));
    assert.ok(!is('https://a.github.io', 'https://b.github.io'));
    assert.ok(!isSameSite('https://a.com', 'https://b.com', () => true));
    assert.ok(!is('http://127.0.0.1:1', 'http://localhost:1'));
    assert.ok(!is('http://10.0.0.1', 'http://11.0.0.1'));
    assert.ok(!is('http://10.0.1.1', 'http://10.2.1.1'));
    assert.ok(!is('https://app.example.com', 'http://app.example.com'));
    assert.ok(!is('https://app.example.com', 'https://app.example.org'));
  });
});
