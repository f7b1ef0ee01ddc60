/** The first circle found in a directed graph, as a path that ends where it began; undefined when there is none. */
export function cycleIn(edges: ReadonlyArray<readonly [from: string, to: string]>): string[] | undefined {
  const next = Map.groupBy(edges, ([from]) => from);
  const done = new Set<string>();
  for (const start of next.keys()) {
    const cycle = follow(start, { next, done, path: [] });
    if (cycle) return cycle;
  }
  return undefined;
}

interface Walk {
  readonly next: ReadonlyMap<string, ReadonlyArray<readonly [string, string]>>;
  /** Nodes from which every way was tried. */
  readonly done: Set<string>;
  readonly path: readonly string[];
}

function follow(node: string, { next, done, path }: Walk): string[] | undefined {
  if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
  if (done.has(node)) return undefined;
  for (const [, to] of next.get(node) ?? []) {
    const cycle = follow(to, { next, done, path: [...path, node] });
    if (cycle) return cycle;
  }
  done.add(node);
  return undefined;
}
