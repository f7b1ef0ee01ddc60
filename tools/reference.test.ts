import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportsOf } from './reference.ts';

const files: Readonly<Record<string, string>> = {
  'index.ts': "export { make } from './make.ts';\nexport type { Made } from './make.ts';\n",
  'make.ts': `/**
 * Makes one. Says so.
 *
 * @param times how often
 * @returns what was made
 */
export function make(times: number): Made {
  return hidden(times);
}

/** What was made. */
export interface Made {
  times: number;
}

export const internal = 1;

function hidden(times: number): Made {
  return { times };
}
`,
};

test('an entry is described by its docstrings and by what callers see', () => {
  assert.deepEqual(
    exportsOf('index.ts', (path) => ({ path, text: files[path] ?? '' })),
    [
      {
        name: 'make',
        code: 'function make(times: number): Made',
        words: 'Makes one. Says so.\n\n- `times`: how often\n- returns what was made',
      },
      { name: 'Made', code: 'interface Made {\n  times: number;\n}', words: 'What was made.' },
    ],
  );
});
