import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirmPage } from './confirm-page.ts';
import type { Danger } from './confirm-page.ts';
import { confirmView, sampleLook } from './sample-pages.ts';

function page(danger: Danger): string {
  return confirmPage({ ...confirmView, danger }, sampleLook);
}

const device: Danger = {
  kind: 'remove_device',
  deviceName: 'Safari on iPhone',
  isCurrent: false,
  clientNames: ['Expenses'],
};

test('says what will happen to a device and which apps it concerns', () => {
  assert.match(page(device), /<h1>Sign out Safari on iPhone\?<\/h1>/);
  assert.match(page(device), /This signs you out on <bdi>Safari on iPhone<\/bdi>/);
  assert.match(page(device), /<ul><li><bdi>Expenses<\/bdi><\/li><\/ul>/);
});

test('warns when the device is the one in use, and only then', () => {
  assert.match(page({ ...device, isCurrent: true }), /You will be signed out here/);
  assert.doesNotMatch(page(device), /signed out here/);
});

test('names all other devices', () => {
  assert.match(
    page({ kind: 'remove_other_devices', deviceNames: ['A', 'B'] }),
    /You stay signed in here\..*<li><bdi>A<\/bdi><\/li><li><bdi>B<\/bdi><\/li>/,
  );
});

test('signing out everywhere says that it is here, too, and what goes on', () => {
  assert.match(
    page({ kind: 'sign_out_everywhere' }),
    /every browser and every app\. What apps do for you while you are away stops.*stays allowed.*signed out here, too/,
  );
});

test('says that work in the background stops, where there is some', () => {
  assert.match(
    page({ kind: 'withdraw_access', clientName: 'Feed Watcher', isOffline: true }),
    /while you are away stops too/,
  );
  assert.doesNotMatch(page({ kind: 'withdraw_access', clientName: 'Lab SPA', isOffline: false }), /while you are away/);
});

test('posts the confirmation with csrf and the hidden fields, and offers a way out', () => {
  assert.match(
    page(device),
    /action="\/account\/devices\/remove"><input type="hidden" name="device" value="dev_2"><input type="hidden" name="csrf" value="csrf_9d21">/,
  );
  assert.match(
    page(device),
    /<button class="dangerous" name="confirm" value="yes">Sign out this device<\/button><a class="button quiet" href="\/account">Cancel<\/a>/,
  );
});

test('a hidden field cannot replace csrf', () => {
  const forged = confirmPage({ ...confirmView, hidden: { csrf: 'forged' } }, sampleLook);
  assert.doesNotMatch(forged, /forged/);
});
