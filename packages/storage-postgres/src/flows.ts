import type { AuthorizationCode, Interaction } from '@ostiary/model';
import type { Codes, Interactions, RevokedTokens } from '@ostiary/storage';
import type { Digest, SessionId } from '@ostiary/wire';
import { BatchedRead } from './batched-read.ts';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { isStorable } from './values.ts';

type CodeRow = { hash: string; body: string; redemption: string | null };
type InteractionRow = { hash: string; body: string; isConsumed: boolean; chosenSession: SessionId | null };
type TokenRow = { tokenId: string };

const findCode = statement<CodeRow>(
  'code_find',
  'select hash, body, redemption from code where hash = any($1::text[])',
);
const findInteraction = statement<InteractionRow>(
  'interaction_find',
  `select hash, body, is_consumed as "isConsumed", chosen_session as "chosenSession"
  from interaction where hash = any($1::text[])`,
);
const findToken = statement<TokenRow>(
  'revoked_token_find',
  'select token_id as "tokenId" from revoked_token where token_id = any($1::text[])',
);

/** Reads of authorization codes. */
export class CodeReads implements Codes {
  readonly #found: BatchedRead<CodeRow>;

  constructor(operations: Operations, readers: number) {
    this.#found = new BatchedRead(operations, findCode, (row) => row.hash, readers);
  }

  async find(hash: Digest): Promise<AuthorizationCode | undefined> {
    const row = isStorable(hash) ? await this.#found.find(hash) : undefined;
    if (!row) return undefined;
    const code = { hash, ...(JSON.parse(row.body) as Omit<AuthorizationCode, 'hash'>) };
    if (row.redemption !== null) code.redemption = JSON.parse(row.redemption) as AuthorizationCode['redemption'];
    return code;
  }
}

/** Reads of pages in progress. */
export class InteractionReads implements Interactions {
  readonly #found: BatchedRead<InteractionRow>;

  constructor(operations: Operations, readers: number) {
    this.#found = new BatchedRead(operations, findInteraction, (row) => row.hash, readers);
  }

  async find(hash: Digest): Promise<Interaction | undefined> {
    const row = isStorable(hash) ? await this.#found.find(hash) : undefined;
    if (!row) return undefined;
    const interaction = { hash, ...(JSON.parse(row.body) as Omit<Interaction, 'hash'>) };
    if (row.chosenSession !== null) interaction.chosenSessionId = row.chosenSession;
    if (row.isConsumed) interaction.isConsumed = true;
    return interaction;
  }
}

/** Reads of access tokens taken back before they expired. */
export class RevokedTokenReads implements RevokedTokens {
  readonly #found: BatchedRead<TokenRow>;

  constructor(operations: Operations, readers: number) {
    this.#found = new BatchedRead(operations, findToken, (row) => row.tokenId, readers);
  }

  async has(tokenId: string): Promise<boolean> {
    return isStorable(tokenId) && (await this.#found.find(tokenId)) !== undefined;
  }
}
