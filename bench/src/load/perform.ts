import type { Code, Family, Target } from '../subject.ts';
import { burstsWithOwnTokens, burstsWithSharedTokens } from './bursts.ts';
import { closedLoop, type Source } from './closed-loop.ts';
import {
  clientCredentialsExchange,
  codeExchange,
  discoveryExchange,
  refreshExchange,
  type Exchange,
} from './exchange.ts';
import type { HttpConnection } from './http-connection.ts';
import type { LoadJob, LoadReport } from './job.ts';
import { Tally } from './tally.ts';

/** A stock of codes that lasts longer than this is a fault of the server or of the stock. */
const CODE_LIMIT_SECONDS = 30;

/** Does a job over open connections and reports what came back. */
export async function perform({ target, work }: LoadJob, connections: HttpConnection[]): Promise<LoadReport> {
  const tally = new Tally();
  switch (work.kind) {
    case 'refresh':
      await closedLoop(connections, refreshSources(target, work.families, connections.length), tally, work.seconds);
      return tally.report(work.families);
    case 'code': {
      const born: Family[] = [];
      const source = codeSource(target, work.codes, born);
      await closedLoop(
        connections,
        connections.map(() => source),
        tally,
        CODE_LIMIT_SECONDS,
      );
      if (born.length < work.codes.length) tally.problem('codes were left when the time was over');
      return tally.report(born);
    }
    case 'client_credentials':
      await closedLoop(connections, repeat(clientCredentialsExchange(target), connections.length), tally, work.seconds);
      return tally.report([]);
    case 'discovery':
      await closedLoop(connections, repeat(discoveryExchange(target), connections.length), tally, work.seconds);
      return tally.report([]);
    case 'burst': {
      const bursts = work.tokens === 'shared' ? burstsWithSharedTokens : burstsWithOwnTokens;
      await bursts(connections, target, work.families, { rounds: work.rounds, tally });
      return tally.report(work.families);
    }
  }
}

/** Deals the families out to the connections; each goes round its own, always with the newest token. */
function refreshSources(target: Target, families: Family[], connectionCount: number): Source[] {
  return Array.from({ length: connectionCount }, (_, connection) => {
    const own = families.filter((_family, index) => index % connectionCount === connection);
    let turn = 0;
    return () => {
      const family = own[turn++ % own.length];
      return family && refreshExchange(target, family);
    };
  });
}

/** One source for all connections: each code is taken once, and the family born from it is added to `born`. */
function codeSource(target: Target, codes: Code[], born: Family[]): Source {
  return () => {
    const code = codes[born.length];
    if (!code) return undefined;
    const family: Family = { clientId: code.clientId, refreshToken: '' };
    born.push(family);
    return codeExchange(target, code, family);
  };
}

function repeat(exchange: Exchange, connectionCount: number): Source[] {
  return Array.from({ length: connectionCount }, () => () => exchange);
}
