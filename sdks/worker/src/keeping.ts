import { base64url } from './base64url.ts';
import { GrantError } from './grant-error.ts';
import type { Grant, KeptGrant } from './grant.ts';
import { takeHanded } from './handed-tokens.ts';
import type { HandedTokens } from './handed-tokens.ts';
import { sealTokens } from './kept-tokens.ts';
import type { Parts } from './parts.ts';
import { withTokens } from './settlement.ts';

export interface KeepOptions {
  /** Of the grant that lives again, or one that was drawn beforehand, so that a repeated hand-over is the same. */
  id?: string | undefined;
  /** Whose it is, where the tokens do not say. */
  subject?: string | undefined;
  /** When the tokens came, where they do not say, in milliseconds. Default: now. */
  obtainedAtMs?: number | undefined;
}

/**
 * Stores handed tokens as a grant and gives its id. Tokens older than those of an active grant change nothing. Throws
 * `misconfigured` for the id of another user's grant, or another client's.
 */
export async function keepGrant(parts: Parts, handed: HandedTokens, options: KeepOptions): Promise<string> {
  const { environment, time, clientId, sealer, store, renewal } = parts;
  const nowMs = time.now();
  const { tokens, subject } = takeHanded(handed, Math.min(options.obtainedAtMs ?? nowMs, nowMs));
  const id = options.id ?? `grt_${base64url(environment.random(16))}`;
  const before = options.id === undefined ? undefined : await store.read(id);
  const bare: KeptGrant = {
    id,
    clientId,
    subject: subject ?? options.subject ?? before?.subject,
    state: { kind: 'active' },
    obtainedAtMs: nowMs,
    failures: 0,
    sealed: '',
    fence: 0,
  };
  if (before !== undefined) checkSame(before, bare);
  const { grant } = withTokens(bare, tokens, { nowMs, draw: environment.draw(), renewal });
  // Tokens that do not say when they end are renewed now: the answer will.
  await store.put(sealTokens(sealer, { ...grant, dueAtMs: grant.dueAtMs ?? nowMs }, tokens));
  return id;
}

/** An id may have come from outside: it must not give one user's work another user's tokens. */
function checkSame(before: Grant, now: Grant): void {
  const isSame = before.clientId === now.clientId && (before.subject ?? now.subject) === now.subject;
  if (!isSame) throw new GrantError('misconfigured', `the grant ${now.id} is somebody else's`);
}
