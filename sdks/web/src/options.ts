import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { Environment } from './environment.ts';
import type { SessionStore } from './stores/session-store.ts';
import type { WebEvent } from './web-event.ts';

/** What an authorization request asks for; parameters that are not named here go out as they are. */
export interface AuthorizationParams {
  /** Default: `openid profile email`. With `offline_access` the provider may give a refresh token. */
  scope?: string | undefined;
  /** Default: `code`. `code id_token` and `id_token` come back by `form_post`. */
  response_type?: 'code' | 'code id_token' | 'id_token' | undefined;
  response_mode?: 'query' | 'form_post' | undefined;
  /** The API that access tokens are for; sent as `resource` ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)) too. */
  audience?: string | undefined;
  [parameter: string]: string | undefined;
}

/** What `login` may be told. */
export interface LoginOptions {
  /** A path of this app, or an address below `baseURL`. Default: where the user wanted to go. */
  returnTo?: string;
  authorizationParams?: AuthorizationParams;
  /** Asks without a word to the user (`prompt=none`); nobody signed in is no error then. */
  silent?: boolean;
}

/** What `logout` may be told. */
export interface LogoutOptions {
  /** Where to go afterwards. At the provider it must be registered. Default: `routes.postLogoutRedirect`. */
  returnTo?: string;
  logoutParams?: Record<string, string | undefined>;
}

/** What `callback` may be told, for apps with a callback route of their own. */
export interface CallbackOptions {
  tokenEndpointParams?: Record<string, string>;
}

/** What came with a sign-in and is known on the way back: `returnTo`, and what `getLoginState` added. */
export interface LoginState {
  returnTo: string;
  [name: string]: unknown;
}

/** What a sign-in brought, before it is kept: `afterCallback` may add to it. Seconds since 1970. */
export interface CallbackSession {
  id_token: string;
  access_token?: string | undefined;
  refresh_token?: string | undefined;
  token_type?: string | undefined;
  expires_at?: number | undefined;
  scope?: string | undefined;
  [name: string]: unknown;
}

export interface SessionOptions {
  /** Default: `appSession`; over https the browser sees `__Host-appSession`. */
  name?: string;
  /** Whether use makes the session last longer. Default: true. */
  rolling?: boolean;
  /** Seconds without use after which a rolling session ends; default a day. */
  rollingDuration?: number;
  /** Seconds after which a session ends however much it is used, or `false`; default a week. */
  absoluteDuration?: number | false;
  /** Keeps sessions at the server; the cookie holds an opaque id. Without it the cookie holds the session, encrypted. */
  store?: SessionStore;
  /** Takes cookie sessions that outgrow a cookie. Default: this process's memory, which is told as an event. */
  spill?: SessionStore;
  cookie?: {
    domain?: string;
    path?: string;
    sameSite?: 'Lax' | 'Strict' | 'None';
    /** Whether the session ends with the browser. Default: false. */
    transient?: boolean;
  };
}

/** Options of `auth()`, under the names that express-openid-connect made known. */
export interface WebOptions<Req = unknown, Res = unknown> {
  /** The provider, exactly as it names itself: `https://id.example.com`. */
  issuerBaseURL: string;
  /** Where this app is seen by browsers: `https://app.example.com`. */
  baseURL: string;
  clientID: string;
  clientSecret?: string;
  /** Seals cookies and what stores hold; 32 characters or more. Of a list the first seals and all open. */
  secret: string | readonly string[];
  authorizationParams?: AuthorizationParams;
  /** Whether every route below needs a signed-in user. Default: true. */
  authRequired?: boolean;
  /** Another name of `authRequired`. */
  required?: boolean;
  /** Whether a page asked for by nobody known is first tried at the provider without a word. Default: false. */
  attemptSilentLogin?: boolean;
  /** Whether a page that needs a user is refused with 401 instead of sent to the login. Default: false. */
  errorOnRequiredAuth?: boolean;
  /** Whether logout signs the user out at the provider too. Default: false. */
  idpLogout?: boolean;
  /** The same by the provider's `/v2/logout`. */
  auth0Logout?: boolean;
  logoutParams?: Record<string, string | undefined>;
  routes?: {
    login?: string | false;
    logout?: string | false;
    callback?: string | false;
    /** Default: `baseURL`. */
    postLogoutRedirect?: string;
    backchannelLogout?: string;
  };
  session?: SessionOptions;
  /**
   * Receives the provider's word that a session ended there (OpenID Connect Back-Channel Logout 1.0). Cookie sessions need a
   * store that remembers it.
   */
  backchannelLogout?: boolean | { store: SessionStore };
  /** `ahead` renews tokens on use before they end; `onDemand` only when the app says `refresh()`. Default: `ahead`. */
  renew?: 'ahead' | 'onDemand';
  /** How far the provider's clock may be off, in seconds. Default: 60. */
  clockTolerance?: number;
  /** Default: what the provider publishes, of RS256, PS256, ES256, EdDSA and their longer kin. */
  idTokenSigningAlg?: string;
  /** Default: `client_secret_basic` with a secret, `private_key_jwt` with a key, else `none`. */
  clientAuthMethod?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
  /** A private key, in PEM or as a JWK, whose `kid` is sent along. */
  clientAssertionSigningKey?: string | JWK | KeyObject;
  /** Default: `alg` of a JWK, else ES256, ES384, ES512, EdDSA or RS256, by the kind of the key. */
  clientAssertionSigningAlg?: string;
  /** More parameters for the token request that redeems a code. */
  tokenEndpointParams?: Record<string, string>;
  /** Milliseconds after which the provider is not waited for. Default: 5000. */
  httpTimeout?: number;
  /** Looks at a sign-in before it is kept, adds to it, or refuses it by throwing. */
  afterCallback?: (
    request: Req,
    response: Res,
    session: CallbackSession,
    state: LoginState,
  ) => CallbackSession | Promise<CallbackSession>;
  /** What is to be known on the way back from the provider. */
  getLoginState?: (request: Req, options: LoginOptions) => Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Told what happens: for logs and alarms. Holds no token and no secret. */
  onEvent?: (event: WebEvent) => void;
  /** Clock, network and chance, where another than the machine's is wanted. */
  environment?: Partial<Environment>;
}

/**
 * Options under the names of the environment variables that express-openid-connect reads. This package reads no environment by
 * itself: `auth({ ...optionsFromEnvironment(process.env) })`.
 */
export function optionsFromEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): Pick<WebOptions, 'issuerBaseURL' | 'baseURL' | 'clientID' | 'clientSecret' | 'secret'> {
  const need = (name: string) => {
    const value = variables[name];
    if (value === undefined || value === '') throw new TypeError(`the environment variable ${name} is missing`);
    return value;
  };
  const clientSecret = variables['CLIENT_SECRET'];
  return {
    issuerBaseURL: need('ISSUER_BASE_URL'),
    baseURL: need('BASE_URL'),
    clientID: need('CLIENT_ID'),
    secret: need('SECRET'),
    ...(clientSecret !== undefined && { clientSecret }),
  };
}
