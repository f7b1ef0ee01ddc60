import { tellOfLogouts, tellsOfLogouts } from '@ostiary/service';
import type { Courier, Service } from '@ostiary/service';

const everyMs = 1_000;

export interface LogoutRoundsParts {
  /** The service of the moment. */
  service(): Service;
  courier: Courier;
}

/**
 * Tells clients that sessions ended, within about a second, one round at a time. A round that fails is logged, and what it had
 * is told again; a node that stops finishes its round, which takes a few seconds at most.
 */
export function startLogoutRounds({ service, courier }: LogoutRoundsParts): { stop(): Promise<void> } {
  let round: Promise<void> | undefined;
  let isStopping = false;
  const run = async () => {
    try {
      while (!isStopping && (await tellOfLogouts(service(), courier)));
    } catch (fault) {
      service().log.error('logout_round_failed', { error: fault instanceof Error ? fault.name : typeof fault });
    }
  };
  const timer = setInterval(() => {
    if (!tellsOfLogouts(service())) return;
    round ??= run().finally(() => (round = undefined));
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await round;
    },
  };
}
