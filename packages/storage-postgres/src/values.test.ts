import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { ClientId } from '@ostiary/wire';
import {
  arrayOf,
  bytesOf,
  clientKey,
  digestKey,
  digestText,
  idText,
  soughtUuid,
  telling,
  textArrayOf,
  uuidOf,
} from './values.ts';

const id = 'fam_AAECAwQFBgcICQoLDA0ODw';
const uuid = '00010203-0405-0607-0809-0a0b0c0d0e0f';
const digest = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg';

describe('values on their way to the database and back', () => {
  it('ids are uuids', () => {
    assert.equal(uuidOf('family', id), uuid);
    assert.equal(idText('family', uuid), id);
  });

  it('an id of another kind or spelling is no id, and is not told whole', () => {
    for (const other of [
      '',
      'fam_',
      'usr_AAECAwQFBgcICQoLDA0ODw',
      `${id}A`,
      'fam_AAECAwQFBgcICQoLDA0ODx',
      'fam_AAECAwQFBgcICQoLDA0O+/',
    ]) {
      assert.equal(soughtUuid('family', other), undefined, other);
      assert.throws(() => uuidOf('family', other), TypeError);
    }
    assert.throws(
      () => uuidOf('family', 'a long and secret text'),
      (error: Error) => !error.message.includes('secret'),
    );
  });

  it('digests are bytes, or themselves as keys', () => {
    assert.equal(bytesOf(digest).length, 2 + 64);
    assert.equal(digestText(bytesOf(digest)), digest);
    assert.equal(digestKey(digest), digest);
    for (const other of ['', digest.slice(1), `${digest}A`, digest.replace('-', '+')]) {
      assert.throws(() => digestKey(other), TypeError);
    }
  });

  it('arrays hold whatever text there is', () => {
    assert.equal(arrayOf([1, true, null, -5]), '{1,true,null,-5}');
    assert.equal(textArrayOf(['a"b\\c', null, '', '{},null']), String.raw`{"a\"b\\c",null,"","{},null"}`);
  });

  it('keys of clients differ and stay', () => {
    const [a, b] = ['a', 'b'] as [ClientId, ClientId];
    assert.equal(clientKey(a), clientKey(a));
    assert.notEqual(clientKey(a), clientKey(b));
    assert.ok(/^-?\d{1,19}$/.test(clientKey(a)));
  });

  it('text for people loses only what PostgreSQL cannot hold', () => {
    assert.equal(telling('Firefox \u0000 on \ud800 Ünïx'), 'Firefox \ufffd on \ufffd Ünïx');
  });
});
