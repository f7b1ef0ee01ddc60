import type { Environment } from './environment.ts';
import { machine } from './environment.ts';
import type { AuthorizationParams, WebOptions } from './options.ts';
import { openSealer } from './sealing.ts';
import type { Sealer } from './sealing.ts';
import type { SessionStore } from './stores/session-store.ts';
import type { WebEvent } from './web-event.ts';

/** Options as they hold: checked, with defaults. */
export interface Settings {
  issuer: string;
  /** Without a slash at the end. */
  baseURL: string;
  origin: string;
  isHttps: boolean;
  clientId: string;
  authorizationParams: AuthorizationParams & { scope: string; response_type: 'code' | 'code id_token' | 'id_token' };
  isAuthRequired: boolean;
  /** Addresses below the origin, with the path of `baseURL`. */
  routes: { login?: string; logout?: string; callback: string; isCallbackOurs: boolean; backchannelLogout?: string };
  postLogoutRedirect: string;
  session: SessionSettings;
  clockToleranceSeconds: number;
  httpTimeoutMs: number;
  sealer: Sealer;
  environment: Environment;
  tell: (event: WebEvent) => void;
  options: WebOptions;
}

export interface SessionSettings {
  /** Names of the cookies, with their prefix. */
  cookieName: string;
  useCookieName: string;
  transactionPrefix: string;
  isRolling: boolean;
  rollingMs: number;
  absoluteMs: number;
  store: SessionStore | undefined;
  spill: SessionStore | undefined;
  cookie: { path: string; domain: string | undefined; sameSite: 'Lax' | 'Strict' | 'None'; isTransient: boolean };
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const fewestSecretCharacters = 32;

/** Checks options when the app starts, and says what is wrong with them. */
export function settingsOf(options: WebOptions): Settings {
  const base = new URL(options.baseURL);
  const isHttps = base.protocol === 'https:';
  if (!isHttps && !loopback.test(base.hostname))
    throw new TypeError(`baseURL must be https, or on this machine: ${options.baseURL}`);
  const issuer = new URL(options.issuerBaseURL);
  if (issuer.protocol !== 'https:' && !loopback.test(issuer.hostname))
    throw new TypeError(`issuerBaseURL must be https, or on this machine: ${options.issuerBaseURL}`);
  if (!options.clientID) throw new TypeError('clientID is missing');
  const baseURL = options.baseURL.replace(/\/+$/, '');
  const { scope = 'openid profile email', response_type = 'code' } = options.authorizationParams ?? {};
  if (!scope.split(' ').includes('openid')) throw new TypeError('authorizationParams.scope must contain openid');
  if (!['code', 'code id_token', 'id_token'].includes(response_type))
    throw new TypeError(
      `authorizationParams.response_type ${response_type} is not one of code, code id_token, id_token`,
    );
  return {
    issuer: options.issuerBaseURL.replace(/\/+$/, ''),
    baseURL,
    origin: base.origin,
    isHttps,
    clientId: options.clientID,
    authorizationParams: { ...options.authorizationParams, scope, response_type },
    isAuthRequired: options.authRequired ?? options.required ?? true,
    routes: routesOf(options, new URL(baseURL).pathname.replace(/\/$/, '')),
    postLogoutRedirect: options.routes?.postLogoutRedirect ?? baseURL,
    session: sessionSettings(options, isHttps),
    clockToleranceSeconds: options.clockTolerance ?? 60,
    httpTimeoutMs: options.httpTimeout ?? 5_000,
    sealer: openSealer(secretsOf(options.secret)),
    environment: { ...machine(), ...options.environment },
    tell: options.onEvent ?? (() => {}),
    options,
  };
}

function secretsOf(secret: string | readonly string[]): [string, ...string[]] {
  const [newest, ...others] = [secret ?? []].flat();
  if (newest === undefined) throw new TypeError('secret is missing');
  if ([newest, ...others].some((each) => each.length < fewestSecretCharacters))
    throw new TypeError(`secret needs ${fewestSecretCharacters} characters or more: openssl rand -hex 32`);
  return [newest, ...others];
}

function routesOf({ routes = {}, backchannelLogout }: WebOptions, prefix: string): Settings['routes'] {
  const { login = '/login', logout = '/logout', callback = '/callback' } = routes;
  const below = (path: string) => `${prefix}/${path.replace(/^\//, '')}`;
  return {
    ...(login !== false && { login: below(login) }),
    ...(logout !== false && { logout: below(logout) }),
    callback: below(callback === false ? '/callback' : callback),
    isCallbackOurs: callback !== false,
    ...(backchannelLogout && { backchannelLogout: below(routes.backchannelLogout ?? '/backchannel-logout') }),
  };
}

function sessionSettings({ session = {}, backchannelLogout }: WebOptions, isHttps: boolean): SessionSettings {
  const { name = 'appSession', rolling = true, rollingDuration = 86_400, absoluteDuration = 604_800 } = session;
  const { domain, path = '/', sameSite = 'Lax', transient = false } = session.cookie ?? {};
  if (!rolling && absoluteDuration === false)
    throw new TypeError('a session that does not roll needs session.absoluteDuration');
  if (backchannelLogout === true && session.store === undefined)
    throw new TypeError('backchannelLogout needs session.store, or a store of its own: backchannelLogout: { store }');
  if (sameSite === 'None' && !isHttps) throw new TypeError('session.cookie.sameSite None needs https');
  // A cookie of this prefix cannot be set by another host or over http (RFC 6265bis, section 4.1.3.2).
  const prefix = !isHttps ? '' : domain === undefined && path === '/' ? '__Host-' : '__Secure-';
  return {
    cookieName: prefix + name,
    useCookieName: `${prefix}${name}.use`,
    transactionPrefix: `${isHttps ? (prefix === '__Host-' ? prefix : '__Secure-') : ''}${name}.sign-in.`,
    isRolling: rolling,
    rollingMs: rolling ? rollingDuration * 1000 : Infinity,
    absoluteMs: absoluteDuration === false ? Infinity : absoluteDuration * 1000,
    store: session.store,
    spill: session.spill,
    cookie: { path, domain, sameSite, isTransient: transient },
  };
}
