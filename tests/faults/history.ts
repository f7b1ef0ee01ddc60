/**
 * What clients saw of one issuer: every refresh token that was handed out, presented or refused. Tokens are compared as they
 * are; nothing is decoded, so that a fault in our own reading of tokens cannot hide one in the making of them.
 */
export interface History {
  /** First refresh token of each family. */
  births: { family: string; token: string }[];
  /** Answers that arrived. What was sent and got no answer leaves no line: its outcome is unknown. */
  answers: Answer[];
  /** What the store says at the end: the generation of each family. */
  generations: ReadonlyMap<string, number>;
}

export interface Answer {
  family: string;
  presented: string;
  /** A successor, or the cause or error of a refusal. */
  outcome: { kind: 'successor'; token: string } | { kind: 'refused'; error: string };
}

/**
 * Checks a history against what the issuer promises to honest clients.
 * @returns one sentence per violation; none when the history could have happened on a store that never forgets
 */
export function violations({ births, answers, generations }: History): string[] {
  const found: string[] = [];
  const successors = new Map<string, string>();
  for (const { family, presented, outcome } of answers) {
    if (outcome.kind === 'refused') {
      found.push(`${family}: an honest client was refused: ${outcome.error}`);
      continue;
    }
    const known = successors.get(presented);
    if (known !== undefined && known !== outcome.token) found.push(`${family}: one token had two successors (a fork)`);
    successors.set(presented, outcome.token);
  }
  for (const { family, token } of births) {
    const rotations = chainLength(token, successors);
    if (rotations === undefined) {
      found.push(`${family}: a spent token was handed out again (a circle)`);
    } else if (rotations !== generations.get(family)) {
      found.push(`${family}: clients saw ${rotations} rotations, the store has ${generations.get(family) ?? 'no row'}`);
    }
  }
  return [...found, ...strays(births, answers, successors)];
}

/** Rotations from the first token on; nothing when the line comes back to itself. */
function chainLength(first: string, successors: ReadonlyMap<string, string>): number | undefined {
  const seen = new Set([first]);
  let newest = first;
  for (let next = successors.get(newest); next !== undefined; next = successors.get(newest)) {
    if (seen.has(next)) return undefined;
    seen.add(next);
    newest = next;
  }
  return seen.size - 1;
}

/** A token that descends from no birth of its family: invented, or of somebody else. */
function strays(
  births: History['births'],
  answers: readonly Answer[],
  successors: ReadonlyMap<string, string>,
): string[] {
  const owners = new Map<string, string>();
  for (const { family, token } of births) {
    for (let each: string | undefined = token; each !== undefined && !owners.has(each); each = successors.get(each)) {
      owners.set(each, family);
    }
  }
  return answers
    .filter(({ family, presented }) => owners.get(presented) !== family)
    .map(({ family }) => `${family}: a token does not descend from the first one of its family`);
}
