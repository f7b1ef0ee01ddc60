import type { Options } from '../options.ts';
import type { Table } from '../report.ts';
import { openApiIssuer, type ApiIssuer } from './api-issuer.ts';
import { apiTables, type ApiLine, type ApiSamples } from './api-report.ts';
import { openValidator, VALIDATORS, type ValidatorName } from './validators.ts';

const REVOKED = 10_000;
const NEW_TOKENS = 1_500;
const CALLS_BETWEEN_LOOKS = 200;
const LONGEST_WINDOW_MS = 500;

/** Measures all validators in one process, in turn. Run 0 warms up; who goes first changes from run to run. */
export async function measureApi(options: Options, say: (progress: string) => void): Promise<Table[]> {
  const issuer = await openApiIssuer(REVOKED);
  const samples: ApiSamples = new Map([
    ['a token seen before', new Map(VALIDATORS.map((name) => [name, []]))],
    ['a new token', new Map(VALIDATORS.map((name) => [name, []]))],
  ]);
  try {
    for (let turn = 0; turn <= options.runs; turn++) {
      say(`api: ${turn === 0 ? 'warming up' : `run ${turn} of ${options.runs}`}`);
      const start = turn % VALIDATORS.length;
      for (const name of [...VALIDATORS.slice(start), ...VALIDATORS.slice(0, start)]) {
        const windowMs = Math.min(LONGEST_WINDOW_MS, options.seconds * 1000);
        const [seen, fresh] = [await seenBefore(name, issuer, windowMs), await newTokens(name, issuer)];
        if (turn === 0) continue;
        keep(samples, 'a token seen before', name, seen);
        keep(samples, 'a new token', name, fresh);
      }
    }
    return apiTables(samples);
  } finally {
    await issuer.close();
  }
}

function keep(samples: ApiSamples, line: ApiLine, name: ValidatorName, microseconds: number): void {
  const ofLine = samples.get(line)!;
  ofLine.set(name, [...(ofLine.get(name) ?? []), microseconds]);
}

async function seenBefore(name: ValidatorName, issuer: ApiIssuer, windowMs: number): Promise<number> {
  const validator = await openValidator(name, issuer);
  const token = issuer.token();
  await validator.check(token);
  const endMs = performance.now() + windowMs;
  const before = process.cpuUsage();
  let calls = 0;
  while (performance.now() < endMs) {
    for (let each = 0; each < CALLS_BETWEEN_LOOKS; each++) await validator.check(token);
    calls += CALLS_BETWEEN_LOOKS;
  }
  const spent = microsecondsSince(before);
  validator.close();
  return spent / calls;
}

/** Signing them is no part of it, and neither is the first one, which fetches the keys. */
async function newTokens(name: ValidatorName, issuer: ApiIssuer): Promise<number> {
  const validator = await openValidator(name, issuer);
  await validator.check(issuer.token());
  const tokens = Array.from({ length: NEW_TOKENS }, () => issuer.token());
  const before = process.cpuUsage();
  for (const token of tokens) await validator.check(token);
  const spent = microsecondsSince(before);
  validator.close();
  return spent / tokens.length;
}

/** All threads together: signatures are checked on others. */
function microsecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
