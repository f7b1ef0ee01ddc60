import { readFile } from 'node:fs/promises';

/** Which of the two handlers got the access token. */
export type HandlerForm = 'loop' | 'short';

const files = { loop: 'literal-loop.ts#literal', short: 'without-loop.ts#short' } as const;

/** The lines that a handler consists of, as they stand in its file. */
export async function handlerSource(form: HandlerForm): Promise<string> {
  const [file = '', region = ''] = files[form].split('#');
  const lines = (await readFile(new URL(file, import.meta.url), 'utf8')).split('\n');
  const begin = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const margin = (lines[begin]?.length ?? 0) - (lines[begin]?.trimStart().length ?? 0);
  const end = lines.findIndex((line, at) => at > begin && line.trim() === '// #endregion');
  return lines
    .slice(begin + 1, end)
    .map((line) => line.slice(margin))
    .join('\n');
}
