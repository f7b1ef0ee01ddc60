import { callTreeOf, functionsOf, type Call } from './call-tree.ts';
import type { RefreshProfile } from './measure-profile.ts';

const FUNCTIONS = 40;
/** Parts of the tree that take less of a request are left out. */
const LEAST_PERCENT = 1;

/** Where the time of a refresh goes, as text: the functions by their own time, then the flame graph as a tree. */
export function profileText({ store, subject, requests, cpuMicroseconds, profile }: RefreshProfile): string {
  const tree = callTreeOf(profile);
  const cells = ({ self, total }: Call | { self: number; total: number }): string =>
    [self, total]
      .flatMap((time) => [(time / requests).toFixed(1).padStart(7), `${percent(time, tree).toFixed(1).padStart(5)} %`])
      .join(' ');
  const functions = functionsOf(tree)
    .slice(0, FUNCTIONS)
    .map((each) => `${cells(each)}  ${each.name}`);
  const branches = branchesOf(tree, tree, 0).map(
    ({ call, depth }) => `${cells(call)}  ${'| '.repeat(depth)}${call.name}`,
  );
  return [
    `${subject} on ${store}: ${requests} refreshes, ${(tree.total / requests).toFixed(0)} us each on the main thread, waiting for disk and core included; ${cpuMicroseconds.toFixed(0)} us of CPU`,
    '',
    'self us      self  total us   total   function',
    ...functions,
    '',
    'self us      self  total us   total   call',
    ...branches,
  ].join('\n');
}

function branchesOf(call: Call, whole: Call, depth: number): { call: Call; depth: number }[] {
  if (percent(call.total, whole) < LEAST_PERCENT) return [];
  return [{ call, depth }, ...call.callees.flatMap((callee) => branchesOf(callee, whole, depth + 1))];
}

function percent(time: number, { total }: Call): number {
  return (100 * time) / total;
}
