import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { keepCompiledCode } from './compile-cache.ts';

const root = mkdtempSync(join(tmpdir(), 'ostiary-compile-cache-'));
after(() => rmSync(root, { recursive: true }));

/** The folders that code would be kept in. */
function keptIn(caches: string): string[] {
  const folders: string[] = [];
  keepCompiledCode(caches, (folder) => folders.push(folder));
  return folders;
}

describe('compiled code', () => {
  it('is kept in a folder that only this user can open', () => {
    const caches = join(root, 'new');
    assert.deepEqual(keptIn(caches), [join(caches, 'ostiary')]);
    assert.equal(statSync(join(caches, 'ostiary')).mode & 0o777, 0o700);
  });

  it('is not kept where others could put code into the program', () => {
    const caches = join(root, 'shared');
    mkdirSync(join(caches, 'ostiary'), { recursive: true });
    for (const mode of [0o777, 0o770, 0o755]) {
      chmodSync(join(caches, 'ostiary'), mode);
      assert.deepEqual(keptIn(caches), [], mode.toString(8));
    }
  });

  it('is not kept where no folder can be made, and the program starts all the same', () => {
    const caches = join(root, 'file');
    writeFileSync(caches, '');
    assert.deepEqual(keptIn(caches), []);
  });
});
