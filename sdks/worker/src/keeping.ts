import { base64url } from './base64url.ts';
import type { KeptGrant } from './grant.ts';
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

/** Stores handed tokens as a grant and gives its id. Tokens older than those of an active grant change nothing. */
export async function keepGrant(parts: Parts, handed: HandedTokens, options: KeepOptions): Promise<string> {
  const { environment, time, clientId, sealer, store, renewal } = parts;
  const nowMs = time.now();
  const { tokens, subject } = takeHanded(handed, Math.min(options.obtainedAtMs ?? nowMs, nowMs));
  const id = options.id ?? `grt_${base64url(environment.random(16))}`;
  const bare: KeptGrant = {
    id,
    clientId,
    subject: subject ?? options.subject,
    state: { kind: 'active' },
    obtainedAtMs: nowMs,
    failures: 0,
    sealed: '',
    fence: 0,
  };
  const { grant } = withTokens(bare, tokens, { nowMs, draw: environment.draw(), renewal });
  // Tokens that do not say when they end are renewed now: the answer will.
  await store.put(sealTokens(sealer, { ...grant, dueAtMs: grant.dueAtMs ?? nowMs }, tokens));
  return id;
}
