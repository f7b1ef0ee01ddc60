import type { TokenSet } from '@ostiary/session';
import { GrantError } from './grant-error.ts';
import type { Grant, KeptGrant } from './grant.ts';
import type { Sealer } from './sealing.ts';

/** A grant with its tokens, sealed for it alone: a row copied over another does not open. */
export function sealTokens(sealer: Sealer, grant: KeptGrant, tokens: TokenSet): KeptGrant {
  return { ...grant, sealed: sealer.seal(JSON.stringify(tokens), grant.id) };
}

/** The tokens of a grant that has not ended. */
export function openTokens(sealer: Sealer, { id, sealed }: KeptGrant): TokenSet {
  return JSON.parse(sealer.open(sealed, id)) as TokenSet;
}

/** Throws what there is to know when a grant cannot be used any more. */
export function checkActive({ id, state }: Grant): void {
  if (state.kind === 'leaving') throw unknownGrant(id);
  if (state.kind === 'needs_reconnect') {
    const { cause } = state;
    throw new GrantError('needs_reconnect', `the grant ${id} has ended: ${cause}`, { reason: cause });
  }
}

export function unknownGrant(id: string): GrantError {
  return new GrantError('unknown_grant', `there is no grant ${id}`);
}
