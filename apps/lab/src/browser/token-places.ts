import type { SessionStore } from '@ostiary/browser';
import type { Environment } from '@ostiary/browser';
import { openStore } from '@ostiary/browser/store';
import { cookieStore } from './cookie-store.ts';

export const STORAGE_CHOICES = [
  {
    choice: 'memory',
    name: 'Memory',
    risk: 'Gone with every reload; foreign script in the page can still ask for new tokens while it runs.',
  },
  {
    choice: 'session',
    name: 'sessionStorage',
    risk: 'Lives as long as this tab; any script that runs in the page can read it and carry it away.',
  },
  {
    choice: 'local',
    name: 'localStorage',
    risk: 'Stays after the browser is closed and is shared by all tabs; any script in the page can carry it away.',
  },
  {
    choice: 'cookie',
    name: 'Cookie',
    risk: 'Written by script, so script can read it, and the browser also sends it to every server on this host, on every port.',
  },
] as const;

export type StorageChoice = (typeof STORAGE_CHOICES)[number]['choice'];

/** The place that the reader chose, as a store of the SDK. */
export function storeIn(choice: StorageChoice, environment: Environment, name: string): SessionStore {
  return choice === 'cookie' ? cookieStore(document) : openStore(environment, choice, name);
}
