import { cookieLine } from '../cookies.ts';
import type { LoginState } from '../options.ts';
import type { Settings } from '../settings.ts';

/** One way to the provider and back, sealed in a cookie of its own: any number of tabs may be under way. */
export interface Transaction {
  state: string;
  nonce: string;
  verifier: string;
  /** Names the redemption of the code, so that a repeated one is recognised. */
  attempt: string;
  redirectUri: string;
  responseType: string;
  maxAgeSeconds?: number | undefined;
  isSilent: boolean;
  beganAtMs: number;
  login: LoginState;
  /** Id of the session that stood when it began: a cross-site POST does not bring its cookie. */
  replaces?: string | undefined;
  /** The answer was taken already. */
  isDone?: boolean;
}

/** So long somebody may stay at the provider. */
const lastsMs = 3_600_000;
/** So long a used one is remembered, for whoever goes back in the history. */
const doneSeconds = 600;
/** More than this at once are tabs that nobody comes back to. */
const most = 6;

/** Lines of `Set-Cookie` that keep a transaction, and drop the oldest where there are many. */
export async function keepTransaction(
  settings: Settings,
  transaction: Transaction,
  cookies: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { transactionPrefix: prefix } = settings.session;
  const others = [...cookies.keys()].filter((name) => name.startsWith(prefix));
  const tooMany = others.length < most ? [] : await oldestFirst(settings, cookies, others);
  const dropped = tooMany.slice(0, others.length - most + 1).map((name) => line(settings, name, '', 0));
  const sealed = await settings.sealer.seal('transaction', transaction);
  return [...dropped, line(settings, nameOf(settings, transaction.state), sealed, lastsMs / 1000)];
}

/** What began with this state in this browser, and how long ago it may have been; `undefined` when there was none. */
export async function findTransaction(
  settings: Settings,
  state: string,
  cookies: ReadonlyMap<string, string>,
): Promise<Transaction | undefined> {
  const found = await open(settings, cookies.get(nameOf(settings, state)));
  const isOver = found === undefined || found.beganAtMs + lastsMs <= settings.environment.now();
  return isOver || found.state !== state ? undefined : found;
}

/** A transaction answers once. Its cookie stays a moment, without secrets, for whoever goes back in the history. */
export async function closeTransaction(settings: Settings, transaction: Transaction): Promise<string> {
  const done: Transaction = { ...transaction, nonce: '', verifier: '', attempt: '', isDone: true };
  return line(settings, nameOf(settings, done.state), await settings.sealer.seal('transaction', done), doneSeconds);
}

async function open(settings: Settings, sealed: string | undefined): Promise<Transaction | undefined> {
  return (await settings.sealer.open('transaction', sealed ?? '')) as Transaction | undefined;
}

async function oldestFirst(
  settings: Settings,
  cookies: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<string[]> {
  const opened = await Promise.all(
    names.map(async (name) => ({ name, beganAtMs: (await open(settings, cookies.get(name)))?.beganAtMs ?? 0 })),
  );
  return opened.toSorted((one, other) => one.beganAtMs - other.beganAtMs).map(({ name }) => name);
}

function nameOf({ session }: Settings, state: string): string {
  return session.transactionPrefix + state.replace(/^again\./, '').slice(0, 12);
}

/**
 * An answer by `form_post` is a cross-site POST, which carries only `SameSite=None` cookies, and those need https. On http, which
 * is this machine, the attribute is left out: browsers then send the cookie with a POST in the first minutes.
 */
function line({ isHttps, authorizationParams }: Settings, name: string, value: string, maxAgeSeconds: number): string {
  const isPost = authorizationParams.response_type !== 'code' || authorizationParams.response_mode === 'form_post';
  const sameSite = !isPost ? 'Lax' : isHttps ? 'None' : undefined;
  return cookieLine(name, value, { path: '/', isSecure: isHttps, sameSite, maxAgeSeconds });
}
