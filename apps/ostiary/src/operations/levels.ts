import type { Service } from '@ostiary/service';
import type { Levels } from './metrics.ts';
import type { Vitals } from './pulse.ts';
import type { Readiness } from './readiness.ts';

/** What the gauges of a node show now. */
export function levelsOf(service: Service, { clock }: Vitals, readiness: Readiness): Levels {
  const { keyring, passwords, feed } = service;
  return {
    readiness,
    passwords: passwords.load(),
    keyAgeSeconds: Math.max(0, service.clock.now() - keyring.youngestActiveFromMs()) / 1000,
    clockOffsetSeconds: (clock?.offsetMs ?? 0) / 1000,
    revocationStreams: feed.followers,
  };
}
