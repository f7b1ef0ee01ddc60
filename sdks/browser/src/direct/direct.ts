import { recordOf, tokenSetOf } from '@ostiary/session';
import { createClient } from '../client.ts';
import type { Client } from '../client.ts';
import { browserEnvironment } from '../environment.ts';
import type { Environment } from '../environment.ts';
import type { Messenger } from '../messenger.ts';
import type { ClientSettings } from '../settings.ts';
import { requestTokens } from '../token-endpoint.ts';
import { ownBackEnd } from './back-end.ts';

export interface DirectOptions extends Pick<ClientSettings, 'renew' | 'warnSeconds' | 'renewOn403'> {
  /** Tells apps of one origin apart. Default: `app`. */
  name?: string;
  /** Where your own back end takes what the user typed, as JSON with `device_id` and `device_name`. */
  signInUrl: string;
  /** Where it renews: `refresh_token` (where the page has it), `device_id`, `attempt`. */
  refreshUrl: string;
  /** Where it is told that the user signs out. Default: nowhere. */
  signOutUrl?: string;
  /** What the user calls this browser. */
  deviceName?: string;
  /** Default: drawn once and kept in this browser. */
  deviceId?: string;
  /** Default: `memory`. `session` outlives a reload; any script that ever runs in the page can read it. */
  storage?: 'memory' | 'session';
}

/** The same verbs as the client of a provider; who signs in shows it a name and a password. */
export interface DirectClient extends Pick<
  Client,
  'user' | 'isSignedIn' | 'state' | 'onState' | 'getAccessToken' | 'fetch' | 'extend' | 'signOut' | 'close'
> {
  readonly deviceId: string;
  /**
   * Hands the fields of a form to the back end. Throws `SessionError`: `bad_response` with `error: 'access_denied'` for wrong ones,
   * `try_later` when nothing is known.
   */
  signIn(fields?: Record<string, string>): Promise<void>;
}

/**
 * A session with a back end of your own, which answers as the JSON call of Ostiary does: `access_token`,
 * `access_token_expires_at` and `refresh_token_expires_at` in seconds since 1970, `0` = never, and `refresh_token` unless it keeps that
 * itself, in a cookie. Renewals, the dialog and the events are those of `createClient`. Only `invalid_grant` or `invalid` as `error`,
 * or `result: 'invalid'`, ends the session.
 */
export function createDirectClient(
  options: DirectOptions,
  environment: Environment = browserEnvironment(),
): DirectClient {
  const { name = 'app', signInUrl, refreshUrl, signOutUrl, ...settings } = options;
  const issuer = `own-back-end.${name}`;
  const deviceId = options.deviceId ?? keptDeviceId(environment, `ostiary.device.${name}`);
  const metadata = { issuer, token_endpoint: refreshUrl, revocation_endpoint: signOutUrl };
  const client = createClient(
    {
      ...settings,
      issuer,
      clientId: name,
      redirectUri: '',
      transport: ownBackEnd(environment, { device_id: deviceId, device_name: options.deviceName }),
    },
    // There is no provider to ask: what its metadata would say is known.
    {
      ...environment,
      fetch: async (input, init) =>
        typeof input === 'string' && input.startsWith(`${issuer}/`)
          ? Response.json(metadata)
          : environment.fetch(input, init),
    },
  );
  return Object.assign(Object.create(client) as DirectClient, {
    deviceId,
    signIn: (fields: Record<string, string> = {}) => client.signIn({ by: byForm(signInUrl, fields) }),
  });
}

/** Shows the back end what the user typed, and takes its answer for a new session. */
function byForm(url: string, fields: Record<string, string>): Messenger {
  return {
    async ask(parts) {
      const { environment, time } = parts;
      const { verdict, sentAtMs } = await requestTokens(parts, url, fields);
      if (verdict.kind !== 'tokens') return { kind: 'failed', verdict };
      const tokens = tokenSetOf(verdict.answer, undefined, sentAtMs);
      const drawn = { offsetMs: time.offsetMs(), draw: environment.draw() };
      return { kind: 'record', record: recordOf(environment.random(16), tokens, drawn) };
    },
  };
}

/** It labels this browser, no more. Where nothing is kept, each page is a device of its own. */
function keptDeviceId(environment: Environment, key: string): string {
  const place = environment.storage('local');
  const drawn = environment.random(16);
  try {
    const known = place?.getItem(key);
    if (known) return known;
    place?.setItem(key, drawn);
  } catch {
    // Quota, private mode.
  }
  return drawn;
}
