import { createAuth } from './fetch/fetch.ts';
import type { AuthContext, FetchAuth } from './fetch/fetch.ts';
import type { WebOptions } from './options.ts';
import { VirtualProvider } from './virtual-provider.fixture.ts';
import type { WebEvent } from './web-event.ts';

export const home = 'https://app.example';

export type App = (context: AuthContext) => Response | Promise<Response>;

/** An app of the Fetch kind with its provider; more processes of it share the provider. */
export interface VirtualHouse {
  provider: VirtualProvider;
  events: WebEvent[];
  auth: FetchAuth;
  /** Another process of the same app. */
  another(): VirtualHouse;
}

export function openVirtualHouse(
  options: Partial<WebOptions<Request, undefined>> = {},
  provider = new VirtualProvider(),
): VirtualHouse {
  const events: WebEvent[] = [];
  const auth = createAuth({
    issuerBaseURL: provider.issuer,
    baseURL: home,
    clientID: 'web',
    clientSecret: 'web-secret',
    secret: 'a secret of thirty-two characters, or more',
    authRequired: false,
    authorizationParams: { scope: 'openid offline_access' },
    onEvent: (event) => events.push(event),
    ...options,
    environment: { ...provider.environment(), ...options.environment },
  });
  return { provider, events, auth, another: () => openVirtualHouse(options, provider) };
}

/** A browser that keeps the app's cookies. */
export class VirtualVisitor {
  readonly cookies = new Map<string, string>();
  readonly house: VirtualHouse;

  constructor(house: VirtualHouse) {
    this.house = house;
  }

  /** Sends one request to the app. */
  async ask(path: string, app: App = hello, init: RequestInit = {}, house = this.house): Promise<Response> {
    const headers = new Headers({ accept: 'text/html', ...Object.fromEntries(new Headers(init.headers)) });
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '' && !headers.has('cookie')) headers.set('cookie', cookie);
    const request = new Request(new URL(path, home), { ...init, headers, redirect: 'manual' });
    const response = await house.auth.handle(request, app);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** The way to the provider and back, from wherever the app sends the browser. */
  async follow(response: Response): Promise<Response> {
    return this.ask(...(await this.bring(response)));
  }

  /** The request by which the browser brings the provider's answer. */
  async bring(response: Response): Promise<[path: string, app: App, init: RequestInit]> {
    const { redirectUri, answer, isPost } = await this.house.provider.authorize(response.headers.get('location') ?? '');
    const body = new URLSearchParams(answer);
    return isPost ? [redirectUri, hello, { method: 'POST', body }] : [`${redirectUri}?${body.toString()}`, hello, {}];
  }

  /** Signs in at `/login`. */
  async signIn(): Promise<Response> {
    return this.follow(await this.ask('/login'));
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const equals = pair.indexOf('=');
    if (/Max-Age=0(;|$)/.test(line)) this.cookies.delete(pair.slice(0, equals));
    else this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

/** Says who is there. */
export function hello({ oidc }: AuthContext): Response {
  return new Response(oidc.user?.sub ?? 'nobody');
}

/** Asks for an access token, and says it. */
export async function token({ oidc }: AuthContext): Promise<Response> {
  return new Response(await oidc.getAccessToken());
}
