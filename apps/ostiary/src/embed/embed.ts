import type { Peer } from '@ostiary/http';
import { generateTokens, wireWords } from '@ostiary/service';
import type { Refusal, TokenOrder } from '@ostiary/service';
import type { UserId } from '@ostiary/wire';
import { openNode } from '../running-node.ts';
import { readComposition } from './composition.ts';
import type { EmbedOptions } from './composition.ts';

export { defineConfig } from '../config/define-config.ts';
export type { EmbedOptions } from './composition.ts';

/** Whom tokens are for, and what the back end puts into them. */
export interface TokenPayload {
  /** `sub` of the user; or `username` in its place. */
  userId?: string;
  username?: string;
  clientId: string;
  /** Claims for the access tokens: those that the client's `generateTokens.claims` names. They stay at every refresh. */
  claims?: Record<string, unknown>;
  /** Default: all that the client may have, `offline_access` among it. */
  scope?: string;
  /** APIs, where not all are meant. */
  resources?: string[];
  /** A device of the user, to be seen and removed by itself. Default: this back end is the device. */
  device?: { id: string; name?: string };
}

/** Ends are seconds since 1970, `0` = never. Without offline access there is no refresh token. */
export interface GeneratedTokens {
  accessToken: string;
  refreshToken?: string;
  accessTokenExpiresAt: number;
  refreshTokenExpiresAt?: number;
}

export interface Embedded {
  /**
   * The whole issuer, for any server that speaks Fetch. The request's URL must be at the issuer.
   * @param peer who is at the other end: `address` counts for limits. Default: this machine
   */
  handler(request: Request, peer?: Partial<Peer>): Promise<Response>;
  /** Tokens for a user whom the program around has authenticated. Throws `GenerateTokensError`. */
  generateTokens(payload: TokenPayload): Promise<GeneratedTokens>;
  /** Writes what was put off, and closes the store. */
  close(): Promise<void>;
}

/** Why no tokens were made. */
export class GenerateTokensError extends Error {
  override readonly name = 'GenerateTokensError';
  /** One of the engine's reasons, such as `user_unknown`, `claim_not_allowed` or `storage_unavailable`. */
  readonly reason: Refusal['reason'];

  constructor(refusal: Refusal) {
    super(wireWords(refusal).description);
    this.reason = refusal.reason;
  }
}

/** Opens Ostiary inside another program: store, keys and upkeep, without a port of its own. Throws as the command stops. */
export async function openOstiary(options: EmbedOptions): Promise<Embedded> {
  const node = await openNode(await readComposition(options));
  return {
    handler: (request, peer) => node.face(request, { address: '127.0.0.1', isTls: false, ...peer }),
    async generateTokens(payload) {
      const made = await generateTokens(node.service(), orderOf(payload));
      if (!made.ok) throw new GenerateTokensError(made.refusal);
      const { access_token, refresh_token, access_token_expires_at, refresh_token_expires_at } = made.value;
      return {
        accessToken: access_token,
        ...(refresh_token !== undefined && { refreshToken: refresh_token }),
        accessTokenExpiresAt: access_token_expires_at,
        ...(refresh_token_expires_at !== undefined && { refreshTokenExpiresAt: refresh_token_expires_at }),
      };
    },
    close() {
      node.retire();
      return node.close();
    },
  };
}

function orderOf(payload: TokenPayload): TokenOrder {
  const { clientId, claims = {}, scope, resources = [], device } = payload;
  return { user: userOf(payload), clientId, claims, scope, resources, device };
}

function userOf({ userId, username }: TokenPayload): TokenOrder['user'] {
  if (userId !== undefined && username === undefined) return { id: userId as UserId };
  if (username !== undefined && userId === undefined) return { username };
  throw new TypeError('name the user by userId or by username');
}
