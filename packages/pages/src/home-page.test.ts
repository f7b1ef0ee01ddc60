import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homePage } from './home-page.ts';
import { homeView, sampleLook } from './sample-pages.ts';

test('says its name and leads to the account and to the discovery document', () => {
  const page = homePage(homeView, sampleLook);
  assert.match(page, /<title>Ostiary<\/title>/);
  assert.match(page, /<h1><bdi>Ostiary<\/bdi><\/h1>/);
  assert.match(page, /href="\/account">Your account<\/a>/);
  assert.match(page, /<code>https:\/\/id\.example<\/code>/);
  assert.match(page, /href="\/\.well-known\/openid-configuration">/);
});

test('an operator’s logo stands in place of the mark', () => {
  const page = homePage(homeView, { ...sampleLook, theme: { productName: 'Acme ID', logoUrl: '/acme.svg' } });
  assert.match(page, /<img src="\/acme\.svg" alt="" height="24"> <bdi>Acme ID<\/bdi>/);
  assert.doesNotMatch(page, /<svg/);
});
