import type { OpenStore, SessionStore, StorageKind } from './store.ts';

export interface ClientSettings {
  /** The provider, exactly as it names itself: `https://id.example.com`. */
  issuer: string;
  clientId: string;
  /** Where the provider sends the browser back to. */
  redirectUri: string;
  /** Default: `openid`. With `offline_access` the provider may give a refresh token. */
  scope?: string;
  /** The API that access tokens are for ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)). */
  audience?: string;
  /** Default: `memory`, the safest and the shortest. */
  storage?: StorageKind | OpenStore | SessionStore;
  /**
   * Says that you know: with `storage: 'local'`, `indexedDb()` or `scriptCookies()` any script that ever runs in this page can
   * take a refresh token and use it elsewhere.
   */
  scriptsMayTakeRefreshTokens?: boolean;
  /** `stealth` renews ahead of need; `onUse` only when a token is asked for, so that an unattended session ends. Default: `stealth`. */
  renew?: 'stealth' | 'onUse';
  /** Binds tokens to a key of this browser: `dpop()` of `@ostiary/browser/dpop`. */
  proof?: ProofMaker;
  /** Sends token requests in place of `fetch`: `workerVault()` of `@ostiary/browser/worker`. */
  transport?: (url: string, init: RequestInit) => Promise<Response>;
  /** Called before the SDK leaves the page on its own: keep what the user was doing. Without it the SDK does not leave. */
  beforeRedirect?: () => void | Promise<void>;
  /** Some APIs answer 403 to an expired token. Default: false. */
  renewOn403?: boolean;
  /** The session's end is announced so long before, in seconds. Default: 120. */
  warnSeconds?: number;
}

/** What a proof is about. */
export interface ProvenRequest {
  method: string;
  url: string;
  /** Server time. */
  nowMs: number;
  accessToken?: string;
}

/** Proves possession of a key with each request. [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449) */
export interface ProofMaker {
  /** Thumbprint of the key, for `dpop_jkt`. */
  thumbprint(): Promise<string>;
  /** Makes a request with a proof among its headers, and once more when the server wants its nonce in the proof. */
  send(make: (headers: Record<string, string>) => Promise<Response>, request: ProvenRequest): Promise<Response>;
  /** The key goes, at sign-out. */
  forget(): Promise<void>;
}
