import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import labConfig from '@ostiary/lab/config';
import type { OstiaryConfig } from 'ostiary';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { generationsIn, integrityAfterCrash, integrityOf } from './database-file.ts';
import { violations } from './history.ts';
import { bearFamilies, HonestClients } from './honest-clients.ts';
import { seededRandom } from './seeded-random.ts';

const clients = 64;
const familyCount = 128;
/** A longer run: OSTIARY_KILLS=100 OSTIARY_REFRESHES=200000. The seed decides when the process is killed. */
const kills = Number(process.env['OSTIARY_KILLS'] ?? 6);
const refreshes = Number(process.env['OSTIARY_REFRESHES'] ?? 10_000);
const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 2 ** 31);

for (const { name, signal, stops, total } of [
  { name: 'kill -9', signal: 'SIGKILL', stops: kills, total: refreshes },
  { name: 'SIGTERM', signal: 'SIGTERM', stops: 3, total: refreshes / 4 },
] as const) {
  describe(`${name}, ${stops} times in the middle of ${total} refreshes by ${clients} clients (OSTIARY_SEED=${seed})`, () => {
    let issuer: IssuerProgram;
    let honest: HonestClients;
    const integrity: string[] = [];
    const endings: unknown[] = [];

    before(async () => {
      issuer = await startIssuer((identifier) => ({
        ...labConfig,
        issuer: identifier,
        clients: quickClients(labConfig),
      }));
      const families = await bearFamilies(issuer.issuer, familyCount);
      const moments = momentsOf(stops, total);
      let arrived: (count: number) => void = () => undefined;
      honest = new HonestClients(issuer.issuer, families, (count) => arrived(count));
      const reached = (target: number) =>
        new Promise<void>((resolve) => {
          arrived = (count) => {
            if (count >= target) resolve();
          };
          arrived(honest.answers.length);
        });
      const running = honest.run(clients);
      for (const { atAnswer, delayMs } of moments) {
        await Promise.race([reached(atAnswer), running]);
        await pause(delayMs);
        endings.push(await issuer.end(signal));
        integrity.push(integrityAfterCrash(issuer.database));
        await issuer.start();
      }
      await Promise.race([reached(total), running]);
      honest.stop();
      await running;
      await honest.refreshEach();
      endings.push(await issuer.end('SIGTERM'));
    });
    after(() => issuer.close());

    it('did what it says', () => {
      const ended = signal === 'SIGKILL' ? { code: null, signal } : { code: 0, signal: null };
      assert.deepEqual(endings, [...Array.from({ length: stops }, () => ended), { code: 0, signal: null }]);
      assert.ok(honest.answers.length >= total, `${honest.answers.length} refreshes`);
    });

    it('row 88: loses no acknowledged rotation, forks no family and ends none', () => {
      const generations = generationsIn(issuer.database);
      assert.deepEqual(violations({ births: honest.births, answers: honest.answers, generations }), []);
    });

    it('leaves a database whose integrity check says ok, after each stop and at the end', () => {
      assert.deepEqual(
        [...integrity, integrityOf(issuer.database)],
        Array.from({ length: stops + 1 }, () => 'ok'),
      );
    });
  });
}

/** After which answer, and how long after it, the process is stopped: spread over the run, never at the same place twice. */
function momentsOf(stops: number, total: number): { atAnswer: number; delayMs: number }[] {
  const random = seededRandom(seed);
  return Array.from({ length: stops }, (_, stop) => ({
    atAnswer: Math.floor(((stop + random()) * total) / stops),
    delayMs: Math.floor(random() * 20),
  }));
}

/** ID tokens by ES256: a hundred times the speed of RS256, and not what is tested here. */
function quickClients({ clients = [] }: OstiaryConfig): OstiaryConfig['clients'] {
  return clients.map((client) => ({ ...client, id_token_signed_response_alg: 'ES256' }));
}
