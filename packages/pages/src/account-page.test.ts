import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountPage } from './account-page.ts';
import { accountView, emptyAccountView, sampleLook } from './sample-pages.ts';

const page = accountPage(accountView, sampleLook);

test('shows each device with a button that names it and posts its id with csrf', () => {
  assert.match(page, /<bdi>Firefox on Linux<\/bdi> <span class="badge">This device<\/span>/);
  assert.equal(page.match(/This device/g)?.length, 1);
  assert.match(
    page,
    /action="\/account\/devices\/remove"><input type="hidden" name="csrf" value="csrf_9d21"><input type="hidden" name="device" value="dev_2"><button aria-label="Sign out Safari on iPhone">Sign out<\/button>/,
  );
});

test('shows the apps that are signed in on a device', () => {
  assert.match(page, /<bdi>Lab SPA<\/bdi>, <bdi>Expenses<\/bdi>/);
});

test('offers to sign out all other devices only where there are others', () => {
  assert.match(
    page,
    /action="\/account\/devices\/remove-others"><input type="hidden" name="csrf" value="csrf_9d21"><button>Sign out all other devices/,
  );
  const alone = accountPage(
    { ...accountView, devices: accountView.devices.filter(({ isCurrent }) => isCurrent) },
    sampleLook,
  );
  assert.doesNotMatch(alone, /all other devices/);
});

test('offers to sign out everywhere, whatever is signed in', () => {
  for (const view of [accountView, emptyAccountView])
    assert.match(
      accountPage(view, sampleLook),
      /action="\/account\/sign-out-everywhere"><input type="hidden" name="csrf" value="csrf_9d21"><button>Sign out everywhere/,
    );
});

test('shows what an app may do, whether it goes on while the person is away, and a button to withdraw', () => {
  assert.match(
    page,
    /<li>Watch your feed for a tag<\/li><li class="quiet">Keeps access when you are not using it<\/li>/,
  );
  assert.match(page, /<li>Use equipment 1<\/li><li class="quiet">Only while you are signed in<\/li>/);
  assert.match(
    page,
    /name="client" value="watcher"><button aria-label="Withdraw access from Feed Watcher">Withdraw access<\/button>/,
  );
});

test('tells what happened with its cause in words', () => {
  assert.match(
    page,
    /<bdi>Expenses<\/bdi> was signed out on <bdi>Safari on iPhone<\/bdi><br><span class="quiet">An old key was used again/,
  );
  assert.match(page, /A sign-in failed on <bdi>\(unknown device\)<\/bdi>/);
});

test('what is its own cause is said once', () => {
  const withdrawn = { kind: 'consent_withdrawn', cause: 'consent_withdrawn', clientName: 'Lab Web', atMs: 0 } as const;
  const said = accountPage({ ...accountView, events: [withdrawn] }, sampleLook);
  assert.match(said, /You withdrew access from <bdi>Lab Web<\/bdi><\/th>/);
});

test('reports what was just done', () => {
  assert.match(page, /role="status"><bdi>Edge on Windows<\/bdi> is signed out\./);
  assert.match(
    accountPage({ ...accountView, notice: { kind: 'already_gone' } }, sampleLook),
    /role="status">That was done already/,
  );
  assert.doesNotMatch(accountPage(emptyAccountView, sampleLook), /role="status"/);
});

test('an empty account says what would be here and how it gets here', () => {
  const empty = accountPage(emptyAccountView, sampleLook);
  assert.equal(empty.match(/class="empty"/g)?.length, 3);
  assert.doesNotMatch(empty, /<table|all other devices/);
});

test('every table has real column headings, and as many cells as headings', () => {
  const [devices = ''] = page.split('</table>');
  assert.equal(devices.match(/<th role="columnheader" scope="col">/g)?.length, 5);
  assert.equal(devices.match(/<th role="rowheader" scope="row">/g)?.length, 3);
  assert.equal(devices.match(/<td role="cell"/g)?.length, 12);
});

test('has a way to sign out', () => {
  assert.match(page, /<a href="\/sign-out">Sign out<\/a>/);
});
