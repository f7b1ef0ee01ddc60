// node tools/size.ts: what each entry of the browser SDK weighs, minified and gzipped, against its budget; and what the core is
// made of. Fails when an entry is over its budget or has none.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';
import type { BuildOptions, Metafile } from 'esbuild';

interface Budget {
  /** Bytes at most, gzipped: of the core all that it needs; of another entry, what it adds to the core. */
  readonly bytes: number;
  /** Modules that the entry loads by URL, as a worker. */
  readonly more?: readonly string[];
}

/** Entries of `@ostiary/browser`. The core holds `@ostiary/session`. */
const budgets: Readonly<Record<string, Budget>> = {
  '.': { bytes: 8_192 },
  './challenge': { bytes: 512 },
  './dpop': { bytes: 2_048 },
  './frame': { bytes: 1_536 },
  './popup': { bytes: 1_280 },
  './indexed-db': { bytes: 768 },
  './worker': { bytes: 1_792, more: ['./src/worker/vault-worker.ts'] },
  './cookie': { bytes: 1_024 },
  './dialog': { bytes: 4_096 },
  './direct': { bytes: 1_280 },
  './react': { bytes: 1_280 },
  './bff': { bytes: 1_536 },
  './environment': { bytes: 256 },
  './store': { bytes: 256 },
};

interface Weighed {
  readonly bytes: number;
  readonly metafile: Metafile;
}

const root = join(import.meta.dirname, '..');
const room = join(root, 'sdks', 'browser');

async function weighAll(): Promise<string[]> {
  const entries = Object.entries(readExports()).filter(([, file]) => !file.endsWith('.fixture.ts'));
  const core = await weigh([readExports()['.'] ?? '']);
  listParts(core.metafile);
  const faults = Object.keys(budgets)
    .filter((entry) => !entries.some(([name]) => name === entry))
    .map((entry) => `${entry} has a budget and is not there`);
  for (const [entry, file] of entries) {
    const budget = budgets[entry];
    const bytes = entry === '.' ? await lightest(file) : await addedBy([file, ...(budget?.more ?? [])], core.bytes);
    const isOver = budget === undefined || bytes > budget.bytes;
    const name = `@ostiary/browser${entry.slice(1)}`;
    if (isOver) faults.push(`${name} weighs ${bytes} bytes; its budget is ${budget?.bytes ?? 'not in tools/size.ts'}`);
    console.log(`${isOver ? 'OVER' : 'ok  '} ${name.padEnd(28)} ${columns(bytes)} of ${columns(budget?.bytes ?? 0)}`);
  }
  return faults;
}

/** The guide quotes the budgets. */
function checkGuide(): string[] {
  const guide = readFileSync(join(root, 'docs', 'single-page-apps.md'), 'utf8');
  const rows = Object.entries(budgets).map(
    ([entry, { bytes }]) => `| \`@ostiary/browser${entry.slice(1)}\` | ${bytes.toLocaleString('en')} |`,
  );
  return rows.filter((row) => !guide.includes(row)).map((row) => `docs/single-page-apps.md lacks ${row}`);
}

function readExports(): Record<string, string> {
  const { exports }: { exports: Record<string, string> } = JSON.parse(readFileSync(join(room, 'package.json'), 'utf8'));
  return exports;
}

/** The core as a bundler with a thorough minifier hands it out. */
async function lightest(file: string): Promise<number> {
  const stdin = { contents: `export * from '${file}';`, resolveDir: room };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', target: 'es2024', write: false });
  const text = outputFiles.map((output) => output.text).join('');
  const { code = '' } = await minify(text, { module: true, compress: { passes: 2, ecma: 2020 }, ecma: 2020 });
  return gzipSync(code, { level: 9 }).length;
}

/** What an app pays for an entry on top of the core: they share what they have in common. */
async function addedBy(files: readonly string[], coreBytes: number): Promise<number> {
  const { bytes } = await weigh([readExports()['.'] ?? '', ...files]);
  return bytes - coreBytes;
}

async function weigh(files: readonly string[]): Promise<Weighed> {
  const contents = files.map((file, index) => `export * as part${index} from '${file}';`).join('\n');
  const stdin = { contents: files.length === 1 ? `export * from '${files[0]}';` : contents, resolveDir: room };
  const options = {
    stdin,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    external: ['react'],
    metafile: true,
    write: false,
  } satisfies BuildOptions;
  const { outputFiles, metafile } = await build(options);
  const text = outputFiles.map((file) => file.text).join('');
  return { bytes: gzipSync(text, { level: 9 }).length, metafile };
}

/** What is in the core, the heaviest first: bytes minified, before compression. */
function listParts({ outputs }: Metafile): void {
  const [output] = Object.values(outputs);
  const parts = Object.entries(output?.inputs ?? {})
    .map(([path, { bytesInOutput }]) => ({ name: relative(join(root, 'sdks'), join(root, path)), bytesInOutput }))
    .filter(({ bytesInOutput }) => bytesInOutput > 0)
    .toSorted((one, other) => other.bytesInOutput - one.bytesInOutput);
  console.log('In the core, minified:');
  for (const { name, bytesInOutput } of parts) console.log(`     ${name.padEnd(28)} ${columns(bytesInOutput)}`);
}

function columns(bytes: number): string {
  return bytes.toLocaleString('en').padStart(6);
}

if (import.meta.main) {
  const faults = [...(await weighAll()), ...checkGuide()];
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
}
