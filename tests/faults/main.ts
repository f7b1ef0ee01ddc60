/*
 * npm run faults -- --minutes N [--seed S] [--only PART,PART]
 * Segments, one after the other, each with a seed of its own that is printed: a run is resumed, and a segment repeated, by
 * its seed. Stops at the first broken invariant and writes the history of that segment to a file.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { postgresServer } from '../support/postgres.ts';
import { parts, type Part } from './parts.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const minutes = Number(values.minutes ?? 5);
const firstSeed = Number(values.seed ?? Date.now() % 2 ** 31);
const only = values.only?.split(',');
if (!Number.isFinite(minutes) || minutes <= 0 || !Number.isSafeInteger(firstSeed))
  throw new RangeError('--minutes and --seed take numbers');
const chosen = parts.filter(({ name }) => only === undefined || only.includes(name));
if (chosen.length === 0) throw new RangeError(`--only takes of: ${parts.map(({ name }) => name).join(', ')}`);

interface Line {
  segments: number;
  seconds: number;
  figures: Record<string, number>;
}

const lines = new Map<Part, Line>(chosen.map((part) => [part, { segments: 0, seconds: 0, figures: {} }]));
const untilMs = Date.now() + minutes * 60_000;
const server = await postgresServer();
let broken = false;
for (let segment = 0; Date.now() < untilMs && !broken; segment += 1) {
  const part = chosen[segment % chosen.length]!;
  // Of one part each segment has another seed, and a seed alone names the segment.
  const seed = firstSeed + Math.floor(segment / chosen.length);
  broken = !(await play(part, seed));
}
report();
process.exit(broken ? 1 : 0);

async function play(part: Part, seed: number): Promise<boolean> {
  const startMs = performance.now();
  console.log(`${part.name}, seed ${seed} (npm run faults -- --minutes 1 --only ${part.name} --seed ${seed})`);
  const { violations, history, figures } = await part.run(seed, server);
  const line = lines.get(part)!;
  line.segments += 1;
  line.seconds += (performance.now() - startMs) / 1000;
  for (const [name, figure] of Object.entries(figures)) line.figures[name] = (line.figures[name] ?? 0) + figure;
  if (violations.length === 0) return true;
  const file = `faults-${part.name}-${seed}.json`;
  writeFileSync(
    file,
    JSON.stringify({ part: part.name, seed, violations, history: history && plain(history) }, null, 1),
  );
  console.log(`\nBROKEN:\n${violations.slice(0, 10).join('\n')}\nThe history is in ${file}.\n`);
  return false;
}

/** Maps and sets as JSON can hold them. */
function plain(history: NonNullable<Awaited<ReturnType<Part['run']>>['history']>): object {
  return { ...history, states: Object.fromEntries(history.states), excused: [...(history.excused ?? [])] };
}

function report(): void {
  console.log(`\n${'part'.padEnd(16)}${'segments'.padStart(9)}${'seconds'.padStart(9)}  figures`);
  for (const [{ name }, { segments, seconds, figures }] of lines) {
    const told = Object.entries(figures).map(([figure, value]) => `${Math.round(value)} ${figure}`);
    console.log(
      `${name.padEnd(16)}${String(segments).padStart(9)}${seconds.toFixed(0).padStart(9)}  ${told.join(', ')}`,
    );
  }
  console.log(broken ? '\nAn invariant was broken.' : '\nNo invariant was broken.');
}
