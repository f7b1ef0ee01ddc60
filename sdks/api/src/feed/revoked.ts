import { hash } from 'node:crypto';
import type { AccessTokenClaims } from '../jwt/claims.ts';
import { revocationKinds, type RevocationBatch, type RevocationEntry, type RevocationKind } from './batch.ts';

type Entries = Map<string, RevocationEntry>;

/** What ended for good: no later word takes it back. */
const forGood: ReadonlySet<RevocationKind> = new Set<RevocationKind>(['fam', 'sid', 'dev', 'jti']);

/** Everything that ended before the tokens which stand on it, by its handle. */
export class Revoked {
  readonly #of: Record<RevocationKind, Entries> = {
    fam: new Map(),
    sid: new Map(),
    dev: new Map(),
    jti: new Map(),
    usr: new Map(),
    con: new Map(),
    cli: new Map(),
  };

  get size(): number {
    return Object.values(this.#of).reduce((sum, entries) => sum + entries.size, 0);
  }

  /** Takes a batch over. Of two entries for the same thing the later counts; a full batch is a new beginning for all that can be taken back. */
  take({ isFull, entries }: RevocationBatch): void {
    if (isFull) for (const kind of revocationKinds) if (!forGood.has(kind)) this.#of[kind].clear();
    for (const entry of entries) this.#of[entry.k].set(entry.h, entry);
  }

  /** Forgets entries whose last token has expired. */
  forgetOver(seconds: number): void {
    for (const entries of Object.values(this.#of))
      for (const [handle, { exp }] of entries) if (exp < seconds) entries.delete(handle);
  }

  /** What a token stands on that has ended. */
  kindFor(claims: AccessTokenClaims): RevocationKind | undefined {
    const { fam, sid, dev, jti, iat = 0, client_id: clientId } = claims;
    const has = (kind: RevocationKind, handle: unknown) => typeof handle === 'string' && this.#of[kind].has(handle);
    if (has('jti', jti)) return 'jti';
    if (has('dev', dev)) return 'dev';
    if (has('fam', fam)) return 'fam';
    if (fam === undefined && has('sid', sid)) return 'sid';
    const disabled = clientId === undefined ? undefined : this.#of.cli.get(clientId);
    if (disabled !== undefined && iat <= disabled.bound) return 'cli';
    return this.#userKindFor(claims);
  }

  counts(): Record<RevocationKind, number> {
    const { fam, sid, dev, jti, usr, con, cli } = this.#of;
    return {
      fam: fam.size,
      sid: sid.size,
      dev: dev.size,
      jti: jti.size,
      usr: usr.size,
      con: con.size,
      cli: cli.size,
    };
  }

  /** Hashes are made only where there is something to compare them with. */
  #userKindFor(claims: AccessTokenClaims): RevocationKind | undefined {
    const { usr, con } = this.#of;
    if (usr.size === 0 && con.size === 0) return undefined;
    const { uep, iat = 0 } = claims;
    const handles = handlesOf(claims);
    const user = usr.get(handles.usr);
    if (user !== undefined && typeof uep === 'number' && uep < user.bound) return 'usr';
    const consent = con.get(handles.con);
    return consent !== undefined && iat <= consent.bound ? 'con' : undefined;
  }
}

interface UserHandles {
  usr: string;
  con: string;
}

const known = new WeakMap<AccessTokenClaims, UserHandles>();

/** The feed names no users: what it names is a hash. */
function handlesOf(claims: AccessTokenClaims): UserHandles {
  const made = known.get(claims);
  if (made !== undefined) return made;
  const user = `${claims.iss}|${claims.sub ?? ''}`;
  const handles = {
    usr: hash('sha256', user, 'base64url'),
    con: hash('sha256', `${user}|${claims.client_id ?? ''}`, 'base64url'),
  };
  known.set(claims, handles);
  return handles;
}
