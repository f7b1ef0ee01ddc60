import type { Birth, FamilyState, History, Operation } from './record.ts';

/**
 * Checks a history against the invariants of one family: a register with compare-and-set, whose values are the tokens.
 * The chain of successors is the order of all rotations, so what remains is to hold each operation to it in real time.
 * @returns one sentence per violation; none when the history could have happened on one node that never forgets
 */
export function violations({ births, operations, states, excused = new Set() }: History): string[] {
  const byFamily = new Map<string, Operation[]>(births.map(({ family }) => [family, []]));
  for (const operation of operations) byFamily.get(operation.family)?.push(operation);
  return births.flatMap((birth) => {
    const own = byFamily.get(birth.family) ?? [];
    const line: Line = {
      ...birth,
      operations: own,
      state: states.get(birth.family),
      isExcused: excused.has(birth.family),
    };
    return violationsOf(line).map((sentence) => `${birth.family}: ${sentence}`);
  });
}

interface Line extends Birth {
  operations: readonly Operation[];
  state: FamilyState | undefined;
  isExcused: boolean;
}

function violationsOf(line: Line): string[] {
  const { operations } = line;
  const wrong = operations.flatMap(({ outcome }) =>
    outcome.kind === 'wrong' ? [`a wrong answer: ${outcome.answer}`] : [],
  );
  const { successors, forks } = successorsIn(operations);
  if (forks.length > 0) return [...wrong, ...forks];
  const positions = positionsFrom(line.token, successors);
  if (positions === undefined) return [...wrong, 'a spent token was handed out again (a circle)'];
  return [
    ...wrong,
    ...strays(operations, positions),
    ...losses(line),
    ...answersToSpentTokens(operations, positions),
    ...revivals(operations),
    ...disagreements(line, positions.size - 1),
    ...miscountedRecords(line),
  ];
}

/** I1: one token has at most one successor, whoever asks and however often. */
function successorsIn(operations: readonly Operation[]): { successors: Map<string, string>; forks: string[] } {
  const successors = new Map<string, string>();
  const forks: string[] = [];
  for (const { presented, outcome } of operations) {
    if (outcome.kind !== 'successor') continue;
    const known = successors.get(presented);
    if (known !== undefined && known !== outcome.token) forks.push('one token had two successors (a fork)');
    successors.set(presented, outcome.token);
  }
  return { successors, forks };
}

/** Position of each token in the line; nothing when the line comes back to itself. */
function positionsFrom(first: string, successors: ReadonlyMap<string, string>): Map<string, number> | undefined {
  const positions = new Map([[first, 0]]);
  for (let next = successors.get(first); next !== undefined; next = successors.get(next)) {
    if (positions.has(next)) return undefined;
    positions.set(next, positions.size);
  }
  return positions;
}

/** I2: all that was answered stands in one line from the first token on. */
function strays(operations: readonly Operation[], positions: ReadonlyMap<string, number>): string[] {
  return operations.flatMap(({ presented, outcome }) =>
    outcome.kind === 'successor' && !positions.has(presented) ? ['a token does not descend from the first one'] : [],
  );
}

/** I4: without a thief and without a revocation nobody is refused. */
function losses({ operations, isExcused }: Line): string[] {
  const isTouched = operations.some(({ kind, actor }) => actor === 'thief' || kind === 'revoke');
  if (isTouched || isExcused) return [];
  return operations.flatMap(({ outcome }) =>
    outcome.kind === 'refused' ? [`an honest client was refused: ${outcome.cause}`] : [],
  );
}

/** I3: once a token's successor was used, and that is known, nobody gets an answer for the token. */
function answersToSpentTokens(operations: readonly Operation[], positions: ReadonlyMap<string, number>): string[] {
  const found: string[] = [];
  let newestUsed = -1;
  const ends = operations.filter(isAnswered).toSorted((a, b) => a.endedMs - b.endedMs);
  let next = 0;
  for (const operation of operations.filter(isAnswered).toSorted((a, b) => a.invokedMs - b.invokedMs)) {
    for (; next < ends.length && ends[next]!.endedMs < operation.invokedMs; next += 1) {
      newestUsed = Math.max(newestUsed, positions.get(ends[next]!.presented) ?? -1);
    }
    const position = positions.get(operation.presented) ?? Infinity;
    if (position < newestUsed) found.push(`token ${position} was answered after token ${newestUsed} had been used`);
  }
  return found;
}

/** I3, I6: a family whose end was acknowledged, by a refusal or to a revocation, answers nothing any more, on no node. */
function revivals(operations: readonly Operation[]): string[] {
  const endMs = Math.min(
    ...operations
      .filter(({ outcome: { kind } }) => kind === 'refused' || kind === 'done')
      .map(({ endedMs }) => endedMs),
  );
  return operations
    .filter(isAnswered)
    .flatMap(({ invokedMs }) =>
      invokedMs > endMs ? ['answered after its end had been acknowledged (an end undone)'] : [],
    );
}

/** What was acknowledged is in the store, and nothing that was never acknowledged beyond the one that may be under way. */
function disagreements({ operations, state }: Line, rotations: number): string[] {
  if (state === undefined) return ['the store has no row'];
  const found: string[] = [];
  const isEnded = operations.some(({ outcome: { kind } }) => kind === 'refused' || kind === 'done');
  if (isEnded && state.endCause === undefined) found.push('its end was acknowledged, and the store says it lives');
  if (state.generation < rotations)
    found.push(`${rotations} rotations were acknowledged, the store has ${state.generation}`);
  const isOpen = state.endCause !== undefined || isEnded;
  if (state.generation > rotations + (isOpen ? 1 : 0))
    found.push(`the store has ${state.generation} rotations, only ${rotations} were acknowledged`);
  return found;
}

/** I10: exactly one record per birth and per end. */
function miscountedRecords({ state }: Line): string[] {
  if (state === undefined) return [];
  const found: string[] = [];
  if (state.births !== 1) found.push(`${state.births} audit records of its birth`);
  const ends = state.endCause === undefined ? 0 : 1;
  if (state.ends !== ends) found.push(`${state.ends} audit records of its end, not ${ends}`);
  return found;
}

function isAnswered({ outcome }: Operation): boolean {
  return outcome.kind === 'successor';
}
