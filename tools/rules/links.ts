import { dirname, join } from 'node:path';
import type { Finding, SourceFile } from '../sources.ts';

const inlineLink = /!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g;
const definedLink = /^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/g;
const elsewhere = /^([a-z][a-z+.-]*:|#|\/\/)/i;

/** Every relative link of a markdown page leads to something in the repository. */
export function checkLinks(files: readonly SourceFile[]): Finding[] {
  const places = placesOf(files);
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) =>
      proseLines(file.text).flatMap(({ text, line }) =>
        [...text.matchAll(inlineLink), ...text.matchAll(definedLink)]
          .map(([, target = '']) => target)
          .filter((target) => !elsewhere.test(target))
          .filter(
            (target) =>
              !places.has(join(dirname(file.path), decodeURI(target.replace(/[#?].*$/, ''))).replace(/\/$/, '')),
          )
          .map((target) => ({ path: file.path, line, message: `link to '${target}', which is not there` })),
      ),
    );
}

/** Files and the folders that hold them. */
export function placesOf(files: readonly SourceFile[]): Set<string> {
  const places = new Set<string>(['.']);
  for (const { path } of files) {
    for (let place = path; place !== '.'; place = dirname(place)) places.add(place);
  }
  return places;
}

/** Lines outside of fenced code. */
function proseLines(text: string): Array<{ text: string; line: number }> {
  let isFenced = false;
  return text.split('\n').flatMap((content, index) => {
    const isFence = /^\s*(```|~~~)/.test(content);
    if (isFence) isFenced = !isFenced;
    return isFence || isFenced ? [] : [{ text: content.replace(/`[^`]*`/g, ''), line: index + 1 }];
  });
}
