import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One client library as its documentation recommends it, made into the same few verbs in a page. */
export interface Library {
  name: string;
  /** Path of the page in which it keeps its session for all tabs, and of one that keeps it for this tab alone, if it can. */
  shared: string;
  apart?: string;
}

/** What the page of a library offers. */
export interface App {
  signIn(): Promise<void>;
  getToken(): Promise<string>;
  isSignedIn(): Promise<boolean>;
  signOut(): Promise<void>;
  subject(): Promise<string | undefined>;
}

export const libraries: Library[] = [
  { name: '@ostiary/browser', shared: '/ostiary', apart: '/ostiary-apart' },
  { name: '@auth0/auth0-spa-js', shared: '/auth0' },
  { name: 'oidc-client-ts', shared: '/oidc', apart: '/oidc-apart' },
];

const require = createRequire(import.meta.url);

/** Version of an installed package. */
export function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(manifestOf(name), 'utf8')) as { version: string };
  return version;
}

function manifestOf(name: string): string {
  return (
    require.resolve
      .paths(name)
      ?.map((folder) => join(folder, name, 'package.json'))
      .find(isThere) ?? ''
  );
}

function isThere(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

const scope = 'openid profile email offline_access eq1';

/** Bodies of the pages, by path. `issuer` is a global of each page. */
export function appPages(): Record<string, string> {
  return {
    '/ostiary': ostiary('local'),
    '/ostiary-apart': ostiary('session'),
    '/auth0': auth0,
    '/oidc': oidc('localStorage'),
    '/oidc-apart': oidc('sessionStorage'),
  };
}

function ostiary(storage: 'local' | 'session'): string {
  return `<script type="module">
import { createClient } from '@ostiary/browser';
const client = createClient({
  issuer, clientId: 'lab-spa', redirectUri: location.origin + location.pathname, scope: '${scope}',
  storage: '${storage}', scriptsMayTakeRefreshTokens: true,
});
window.app = {
  signIn: () => client.signIn(),
  getToken: () => client.getAccessToken(),
  isSignedIn: async () => client.isSignedIn,
  signOut: () => client.signOut({ atProvider: false }),
  subject: async () => client.user?.sub,
};
await client.handleCallback();
window.isReady = true;
</script>`;
}

const auth0 = `<script>${bundle('@auth0/auth0-spa-js', 'dist/auth0-spa-js.production.js')}</script>
<script type="module">
const client = new auth0.Auth0Client({
  domain: issuer, issuer, clientId: 'lab-spa', useRefreshTokens: true, cacheLocation: 'localstorage',
  authorizationParams: { redirect_uri: location.origin + location.pathname, scope: '${scope}' },
});
window.app = {
  signIn: () => client.loginWithRedirect(),
  getToken: () => client.getTokenSilently(),
  isSignedIn: () => client.isAuthenticated(),
  signOut: () => client.logout({ openUrl: false }),
  subject: async () => (await client.getUser())?.sub,
};
if (location.search.includes('code=')) {
  await client.handleRedirectCallback();
  history.replaceState(null, '', location.pathname);
}
window.isReady = true;
</script>`;

function oidc(place: 'localStorage' | 'sessionStorage'): string {
  return `<script>${bundle('oidc-client-ts', 'dist/browser/oidc-client-ts.min.js')}</script>
<script type="module">
const manager = new oidc.UserManager({
  authority: issuer, client_id: 'lab-spa', redirect_uri: location.origin + location.pathname, scope: '${scope}',
  userStore: new oidc.WebStorageStateStore({ store: ${place} }),
});
window.app = {
  signIn: () => manager.signinRedirect(),
  async getToken() {
    const user = await manager.getUser();
    if (user === null) throw new Error('nobody is signed in');
    return user.expired ? (await manager.signinSilent()).access_token : user.access_token;
  },
  isSignedIn: async () => (await manager.getUser()) !== null,
  signOut: async () => {
    await manager.revokeTokens().catch(() => {});
    await manager.removeUser();
  },
  subject: async () => (await manager.getUser())?.profile.sub,
};
if (location.search.includes('code=')) {
  await manager.signinCallback();
  history.replaceState(null, '', location.pathname);
}
window.isReady = true;
</script>`;
}

function bundle(name: string, file: string): string {
  return readFileSync(join(dirname(manifestOf(name)), file), 'utf8').replaceAll('</script', '<\\/script');
}
