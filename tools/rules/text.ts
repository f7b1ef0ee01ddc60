import type { Finding, SourceFile } from '../sources.ts';

/** What belongs to one machine or one network has no place in the repository. */
const machineBound = [
  { pattern: /"resolved":\s*"http|\bregistry\.[a-z0-9-]+\.[a-z]{2,}/, message: 'names a package registry' },
  {
    pattern: /(?:^|[\s"'`(=:])\/(?:home\/\w+|Users\/\w+|root|work(?:space)?)\/[\w.-]/,
    message: 'names a path of one machine',
  },
  { pattern: /\b[A-Z]:\\Users\\/, message: 'names a path of one machine' },
];

export function checkText(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return machineBound.flatMap(({ pattern, message }) =>
      lines.flatMap((line, index) => (pattern.test(line) ? [{ path, line: index + 1, message }] : [])),
    );
  });
}
