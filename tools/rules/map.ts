import type { Finding, SourceFile } from '../sources.ts';
import { placesOf } from './links.ts';

const rooted = /^(packages|apps|sdks|tests|bench|tools|docs|decisions)\//;
const pathWord = /(?<![\w/:@.-])[\w.-]+(?:\/[\w.*-]+)+\/?/g;
const hasExtension = /\.(ts|mjs|js|md|sql|json|css)$/;

/**
 * Every path that ARCHITECTURE.md names exists. A path begins at a top folder (`packages/http`), or, when it ends in a
 * file name, at a room (`http/routes/token.ts` stands for `packages/http/src/routes/token.ts`).
 */
export function checkMap(files: readonly SourceFile[]): Finding[] {
  const page = files.find(({ path }) => path === 'ARCHITECTURE.md');
  if (!page) return [];
  const places = placesOf(files);
  return page.text.split('\n').flatMap((text, index) =>
    [...text.matchAll(pathWord)]
      .map(([word]) => word.replace(/[/.]+$/, ''))
      .filter((word) => (rooted.test(word) || hasExtension.test(word)) && !isThere(word, places))
      .map((word) => ({ path: page.path, line: index + 1, message: `names '${word}', which is not there` })),
  );
}

function isThere(word: string, places: ReadonlySet<string>): boolean {
  const [room = '', ...rest] = word.split('/');
  const spellings = [
    word,
    ...['packages', 'apps', 'sdks'].flatMap((top) => [`${top}/${word}`, [top, room, 'src', ...rest].join('/')]),
  ];
  if (!word.includes('*')) return spellings.some((spelling) => places.has(spelling));
  const patterns = spellings.map(
    (spelling) => new RegExp(`^${spelling.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`),
  );
  return [...places].some((place) => patterns.some((pattern) => pattern.test(place)));
}
