import type { Fact, TokenFact, Told } from './exchange-log.ts';

export type Lane = 'session' | 'access' | 'refresh' | 'call';
export type Mark = 'ok' | 'unauthorized' | 'forbidden' | 'failed' | 'renewal' | 'repeat' | 'lost' | 'end';

interface ItemBase {
  id: string;
  /** The exchange that caused it. */
  number: number;
  title: string;
  details: string[];
}

export interface Bar extends ItemBase {
  shape: 'bar';
  lane: Exclude<Lane, 'call'>;
  label: string;
  fromMs: number;
  /** When it was replaced or ended, undefined while it is in use. */
  usedUntilMs: number | undefined;
  /** When its life is over by itself, undefined when nobody told. */
  expiresAtMs: number | undefined;
}

export interface Point extends ItemBase {
  shape: 'point';
  lane: Lane;
  mark: Mark;
  atMs: number;
}

export interface Leap extends ItemBase {
  shape: 'leap';
  fromMs: number;
  toMs: number;
}

export type TimelineItem = Bar | Point | Leap;

const endings: Record<FactOf<'ended'>['cause'], string> = {
  'signed-out': 'Signed out',
  invalid_grant: 'The refresh token was refused',
  login_required: 'The sign-in at the issuer is over',
};

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** Everything that the log says about the life of the tokens, in order of time. */
export function timelineItems(log: readonly Told[]): TimelineItem[] {
  const drawing = new Drawing();
  for (const exchange of log) {
    if (exchange.fact !== undefined) drawing.add(exchange, exchange.fact);
  }
  return drawing.items;
}

/** Holds the bars that are still open while the log is read. */
class Drawing {
  readonly items: TimelineItem[] = [];
  private open: Partial<Record<Bar['lane'], Bar>> = {};
  private tokens = 0;

  add(exchange: Told, fact: Fact): void {
    switch (fact.kind) {
      case 'signed-in':
        return this.signedIn(exchange, fact.tokens);
      case 'renewed':
        return this.renewed(exchange, fact);
      case 'answer-lost':
        return this.answerLost(exchange, fact);
      case 'called':
        return this.called(exchange, fact);
      case 'ended':
        return this.ended(exchange, fact);
      case 'clock-moved':
        return this.clockMoved(exchange, fact);
    }
  }

  private signedIn(exchange: Told, tokens: TokenFact): void {
    this.startBar(exchange, 'session', { label: 'signed in', title: 'Session', details: ['Signed in at the issuer.'] });
    this.startAccess(exchange, tokens);
    if (tokens.refreshFingerprint !== undefined) this.startRefresh(exchange, tokens.generation, tokens);
  }

  private renewed(exchange: Told, { tokens, repeats }: FactOf<'renewed'>): void {
    this.startAccess(exchange, tokens);
    if (tokens.refreshFingerprint === undefined) return this.renewedSilently(exchange);
    const isKnown = this.open.refresh?.id.endsWith(`g${tokens.generation}`) ?? false;
    if (!isKnown) this.startRefresh(exchange, tokens.generation, tokens);
    const known = this.open.refresh;
    if (known !== undefined) known.expiresAtMs = tokens.refreshExpiresAtMs;
    this.addPoint(exchange, 'refresh', repeats ? 'repeat' : 'renewal', {
      title: repeats
        ? `The same answer again: generation ${tokens.generation}`
        : `Renewed: generation ${tokens.generation}`,
      details: [renewalWords(repeats, isKnown), `Refresh token ${tokens.refreshFingerprint ?? 'kept'}`],
    });
  }

  private renewedSilently(exchange: Told): void {
    this.addPoint(exchange, 'refresh', 'renewal', {
      title: 'Renewed without a refresh token',
      details: ['The issuer knew the browser by its cookie and asked nobody.'],
    });
  }

  private answerLost(exchange: Told, { generation, successor }: FactOf<'answer-lost'>): void {
    this.startRefresh(exchange, generation + 1, undefined);
    this.addPoint(exchange, 'refresh', 'lost', {
      title: 'The answer was lost',
      details: [
        `The issuer replaced generation ${generation}; the app never heard of it.`,
        `The lost refresh token was ${successor}.`,
      ],
    });
  }

  private called(exchange: Told, { api, status }: FactOf<'called'>): void {
    const name = api === 'legacy' ? 'legacy API' : 'API';
    this.addPoint(exchange, 'call', callMark(status), {
      title: `Call of the ${name}: ${status}`,
      details: [status === 200 ? 'The reports came.' : 'The access token was refused.'],
    });
  }

  private ended(exchange: Told, { cause, reason }: FactOf<'ended'>): void {
    const title = endings[cause];
    for (const lane of ['session', 'access', 'refresh'] as const) {
      const bar = this.open[lane];
      if (bar !== undefined) bar.usedUntilMs = exchange.atMs;
    }
    this.open = {};
    const lanes: Lane[] = cause === 'login_required' ? ['session'] : ['session', 'refresh'];
    for (const lane of lanes) {
      this.addPoint(exchange, lane, 'end', { title, details: [`Cause: ${cause}`, reason] });
    }
  }

  private clockMoved(exchange: Told, { fromMs, toMs }: FactOf<'clock-moved'>): void {
    this.items.push({
      shape: 'leap',
      id: `leap-${exchange.number}`,
      number: exchange.number,
      title: 'The test clock was moved',
      details: ['Nobody waited: the issuer, the API and this page all go by this clock.'],
      fromMs,
      toMs,
    });
  }

  private startAccess(exchange: Told, tokens: TokenFact): void {
    this.tokens += 1;
    this.startBar(exchange, 'access', {
      label: `token ${this.tokens}`,
      title: `Access token ${this.tokens}`,
      details: [`Token ${tokens.accessFingerprint}`],
      expiresAtMs: tokens.accessExpiresAtMs,
    });
  }

  private startRefresh(exchange: Told, generation: number, tokens: TokenFact | undefined): void {
    this.startBar(exchange, 'refresh', {
      label: `g${generation}`,
      title: `Refresh token, generation ${generation}`,
      details: [generation === 0 ? 'Born at sign-in.' : `Replaced generation ${generation - 1}.`],
      expiresAtMs: tokens?.refreshExpiresAtMs,
    });
  }

  private startBar(
    exchange: Told,
    lane: Bar['lane'],
    words: { label: string; title: string; details: string[]; expiresAtMs?: number | undefined },
  ): void {
    const previous = this.open[lane];
    if (previous !== undefined) previous.usedUntilMs = exchange.atMs;
    const bar: Bar = {
      shape: 'bar',
      id: `${lane}-${exchange.number}-${words.label}`,
      number: exchange.number,
      lane,
      fromMs: exchange.atMs,
      usedUntilMs: undefined,
      expiresAtMs: undefined,
      ...words,
    };
    this.open[lane] = bar;
    this.items.push(bar);
  }

  private addPoint(exchange: Told, lane: Lane, mark: Mark, words: { title: string; details: string[] }): void {
    const id = `${lane}-${mark}-${exchange.number}`;
    this.items.push({ shape: 'point', id, number: exchange.number, lane, mark, atMs: exchange.atMs, ...words });
  }
}

function renewalWords(repeats: boolean, isKept: boolean): string {
  if (repeats) return 'A repeated renewal got the same successor. Nobody was signed out.';
  return isKept ? 'The refresh token stays: it does not rotate.' : 'The spent token was replaced.';
}

function callMark(status: number): Mark {
  if (status === 200) return 'ok';
  if (status === 401) return 'unauthorized';
  return status === 403 ? 'forbidden' : 'failed';
}
