import { faults, realFaultNames, type FaultName, type RealFaultName } from './faults.ts';
import type { ServerKind } from './real-house.ts';
import type { Outcome } from './stage.ts';

/** The servers of the comparison; the same for every library. */
export const serverKinds: readonly (ServerKind & { title: string; words: string })[] = [
  {
    title: 'Ostiary as it is',
    words:
      'Rotation on; a repeated refresh gets the same successor for 60 seconds, and without limit when it carries the same `attempt`, as this SDK sends it.',
    retrySeconds: 60,
    knowsAttempt: true,
  },
  {
    title: 'Ostiary with `retrySeconds: 0`',
    words: 'Strict to clients that send no `attempt`: a refresh token that comes twice ends the family.',
    retrySeconds: 0,
    knowsAttempt: true,
  },
  {
    title: 'A strict server of another make',
    words:
      'The same, and it knows nothing of `attempt`. What no client can mend shows here: an answer that is lost after the rotation.',
    retrySeconds: 0,
    knowsAttempt: false,
  },
];

export type Column = ReadonlyMap<RealFaultName, Outcome>;

/** One table: what each library saw with one kind of server. */
export interface Comparison {
  title: string;
  words: string;
  columns: readonly { library: string; outcomes: Column }[];
}

/** The whole of `docs/torture.md`. */
export function report(of: { date: string; versions: readonly string[]; comparisons: readonly Comparison[] }): string {
  return `# Torture

What becomes of a signed-in user when the network, the browser and the clock misbehave. \`npm run torture\` wrote this page on
${of.date}, with ${of.versions.join(', ')}.

The rule that every fault is held to: a session ends only by a true \`invalid_grant\`, by policy or by sign-out, and afterwards
the next call works.

## In a real browser, beside other libraries

Each cell is a fresh browser profile with real tabs and a server of its own. Time passes by the server's clock and by the
clocks of the tabs, as in sleep: no timer runs, and the page asks for a token when it is back. The person signs in without being
asked to type. Each library is unmodified and set up as its documentation recommends for apps with several tabs: refresh tokens,
kept in local storage; for the rows about duplicated tabs in session storage. \`auth0-spa-js\` reaches the token endpoint at the
address that it expects.

- \`ok\`: still signed in, and the call that met the fault got its token.
- \`asks again\`: that call failed; a later one works.
- \`LOST\`: the library has given the session up, or cannot use it any more, though the server would have served it.
- \`family ended\`: the server took the repeated token for a theft, as it must, and the user has to sign in.
- \`comes back\`: a session that was signed out stands again. \`mixes users\`: one user's name, another's token. \`loops\`: the
  server is asked all the time.
- \`-\`: the library does not offer it.

${of.comparisons.map(tableOf).join('\n\n')}

## On a virtual clock

The same SDK, the same server, one clock for both and for the browser between them, in plain Node. Every fault of this list is a
test of its own (\`tests/torture/virtual-faults.ts\`):

${Object.values(faults)
  .map((words) => `- ${words}`)
  .join('\n')}

Then whatever may happen happens in random order (\`tests/torture/person.ts\`): lost, late, wrong and missing answers, one to five
tabs that are opened, duplicated, reloaded, frozen and killed, sleep, wrong clocks, no network, sign-out; with memory, session and
local storage. No two tokens of a family are alive at once; no token has two successors; sign-out reaches all tabs within a second
and nothing comes back; in peace no session asks more than twice in the lifetime of its access token.

Lost keys, nonces that change and stolen copies are played with \`dpop()\` in a real browser (\`tests/e2e/sdk-dpop.test.ts\`). Two nodes
behind one cookie, and cookies that arrive out of order, are faults of server middleware and have no place in a browser's client.

## What no client can do

- **An old copy with nobody to ask.** The browser copies session storage into a duplicated tab. Before such a copy sends its
  refresh token it asks the other tabs. When the tab that has the newer one is frozen, or \`BroadcastChannel\` is absent, nobody
  answers; the server then sees an old token, and ends the family. Local storage has no copies, and with \`dpop()\` the refresh token
  is bound to the browser's key and not rotated, so that an old copy is as good as a new one.
- **A lost answer from a strict server that knows no \`attempt\`.** It has rotated, nobody has the new token, and the old one is
  taken for stolen.
- **Storage that is cleared while the page is open.** Whoever clears it signs out.
`;
}

function tableOf({ title, words, columns }: Comparison): string {
  const rows = realFaultNames.map((name) => [faults[name], ...columns.map(({ outcomes }) => outcomes.get(name) ?? '')]);
  const lines = [['What happens', ...columns.map(({ library }) => library)], columns.map(() => '---'), ...rows];
  lines[1] = ['---', ...columns.map(() => '---')];
  return `### ${title}\n\n${words}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

/** Reads a page back: what one library saw with each kind of server, by title. */
export function columnsOf(page: string, library: string): Map<string, Map<FaultName, string>> {
  const found = new Map<string, Map<FaultName, string>>();
  for (const section of page.split('\n### ').slice(1)) {
    const lines = section.split('\n');
    const [head = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
    const at = head.indexOf(library);
    const names = Object.entries(faults) as [FaultName, string][];
    const outcomes = rows.flatMap((cells) => {
      const name = names.find(([, words]) => words === cells[0])?.[0];
      return name === undefined ? [] : [[name, cells[at] ?? ''] as const];
    });
    found.set(lines[0] ?? '', new Map(outcomes));
  }
  return found;
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
