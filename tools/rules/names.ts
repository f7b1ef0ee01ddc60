import type { Finding, SourceFile } from '../sources.ts';

const drawers = /(^|\/)(utils?|helpers?|common|misc|types)(\/|\.[cm]?[tj]s$)/;

/** A drawer for everything has no owner: name the file by what it holds. `index.ts` is a package's public face and nothing else. */
export function checkNames(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path }) => {
    if (drawers.test(path)) return [{ path, line: 1, message: 'a drawer: name it by what it holds' }];
    const isFace = /^(packages|apps|sdks)\/[^/]+\/src\/index\.ts$/.test(path);
    if (/(^|\/)index\.ts$/.test(path) && !isFace) {
      return [{ path, line: 1, message: 'index.ts is the public face of a package: src/index.ts and no other' }];
    }
    return [];
  });
}
