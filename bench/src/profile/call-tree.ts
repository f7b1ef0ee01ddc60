import type { Profiler } from 'node:inspector';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One function in the tree of calls; times in microseconds. `total` holds what it called, `self` does not. */
export type Call = { name: string; self: number; total: number; callees: Call[] };

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What is not work for a request: waiting, and the sampler itself. */
const IDLE = new Set(['(idle)', '(root)']);

/** Joins the nodes of a profile that have the same callers, whatever the line they were called from. */
export function callTreeOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Call {
  const selfOf = new Map<number, number>();
  samples.forEach((id, index) => selfOf.set(id, (selfOf.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const build = (siblings: Profiler.ProfileNode[], name: string): Call => {
    const callees = groupsOf(siblings.flatMap((node) => (node.children ?? []).map((id) => byId.get(id)!)));
    const calls = [...callees].map(([callee, group]) => build(group, callee)).filter(({ total }) => total > 0);
    const self = IDLE.has(name) ? 0 : siblings.reduce((sum, { id }) => sum + (selfOf.get(id) ?? 0), 0);
    return { name, self, total: calls.reduce((sum, { total }) => sum + total, self), callees: calls.toSorted(byTotal) };
  };
  return build(nodes.slice(0, 1), '(all)');
}

/** Self time and total time by function, over the whole tree; a function that calls itself counts once in `total`. */
export function functionsOf(tree: Call): { name: string; self: number; total: number }[] {
  const sums = new Map<string, { self: number; total: number }>();
  const walk = ({ name, self, total, callees }: Call, open: ReadonlySet<string>): void => {
    const sum = sums.get(name) ?? { self: 0, total: 0 };
    sum.self += self;
    if (!open.has(name)) sum.total += total;
    sums.set(name, sum);
    for (const callee of callees) walk(callee, new Set([...open, name]));
  };
  walk(tree, new Set());
  return [...sums].map(([name, sum]) => ({ name, ...sum })).toSorted((a, b) => b.self - a.self);
}

function byTotal(a: Call, b: Call): number {
  return b.total - a.total;
}

function groupsOf(nodes: Profiler.ProfileNode[]): Map<string, Profiler.ProfileNode[]> {
  return Map.groupBy(nodes, nameOf);
}

/** `function file:line`, the file as seen from the repository. */
function nameOf({ callFrame: { functionName, url, lineNumber } }: Profiler.ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : url;
  return `${name} ${path}:${lineNumber + 1}`;
}
