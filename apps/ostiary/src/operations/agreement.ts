import type { NodeState } from '@ostiary/storage';

/** Whether the nodes of this store have one configuration. */
export interface Agreement {
  /** Since when another node said something else, on a clock that never goes back; absent while all agree. */
  differsSinceMs?: number;
  /** They differ for longer than a change takes to reach every node. */
  isOverdue: boolean;
}

/** A change of the file is seen within 5 s on each node, and announced within 5 s more. */
const patienceMs = 30_000;

export function compareNodes(
  nodes: readonly NodeState[],
  configuration: string,
  { nowMs, previous }: { nowMs: number; previous?: Agreement },
): Agreement {
  if (nodes.every((node) => node.configuration === configuration)) return { isOverdue: false };
  const differsSinceMs = previous?.differsSinceMs ?? nowMs;
  return { differsSinceMs, isOverdue: nowMs - differsSinceMs > patienceMs };
}
