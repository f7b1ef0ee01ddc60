import { createServer, type RequestListener } from 'node:http';
import type { TestBrowser } from '@ostiary/http/fixture';
import { freePort } from './free-port.ts';

/** A web app on a port of its own, which its registration must know before it starts. */
export interface WebApp {
  origin: string;
  serve(app: RequestListener): Promise<void>;
  close(): Promise<void>;
}

export async function reserveWebApp(): Promise<WebApp> {
  const port = await freePort();
  let close = async () => {};
  return {
    origin: `http://localhost:${port}`,
    async serve(app) {
      const server = createServer(app);
      await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
      close = () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
    },
    close: () => close(),
  };
}

/** A browser without script, at one web app and at its provider. */
export class AppVisitor {
  readonly cookies = new Map<string, string>();
  readonly #app: string;
  readonly #provider: Pick<TestBrowser, 'follow'>;
  readonly #address: string;

  /**
   * @param app origin that the app goes by
   * @param address where it listens, or one of its processes
   */
  constructor(app: string, provider: Pick<TestBrowser, 'follow'>, address = app) {
    this.#app = app;
    this.#provider = provider;
    this.#address = address;
  }

  /** One request to the app, without following where it leads. */
  async ask(
    path: string,
    init: RequestInit = {},
    cookies: ReadonlyMap<string, string> = this.cookies,
    address = this.#address,
  ): Promise<Response> {
    const headers = new Headers({ accept: 'text/html', ...Object.fromEntries(new Headers(init.headers)) });
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const { pathname, search } = new URL(path, this.#app);
    const response = await fetch(address + pathname + search, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Goes to a page of the app as a person does: by the provider where the app sends there, signing in and allowing. */
  async open(path: string, who = 'ada'): Promise<Response> {
    let response = await this.ask(path);
    for (let hops = 0; hops < 8; hops += 1) {
      const location = response.headers.get('location');
      if (location === null) return response;
      if (location.startsWith(this.#app)) response = await this.ask(location);
      else response = await this.#throughProvider(location, who);
    }
    throw new Error('too many redirects');
  }

  async #throughProvider(url: string, who: string): Promise<Response> {
    const page = await this.#provider.follow(url, who);
    if (page.leftTo !== undefined) return this.ask(page.leftTo);
    // An answer by form_post: a page whose form the browser sends to the app.
    if (page.action.startsWith(this.#app))
      return this.ask(page.action, { method: 'POST', body: new URLSearchParams(page.hidden) });
    throw new Error(`still at the provider (${page.status}): ${page.html.slice(0, 600)}`);
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const equals = pair.indexOf('=');
    if (/Max-Age=0(;|$)/.test(line)) this.cookies.delete(pair.slice(0, equals));
    else this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}
