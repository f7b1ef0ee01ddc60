import { parseForm, type PageForm } from './page-form.ts';

const REDIRECT_LIMIT = 10;

/** Where a visit ended: a page of the server with a form on it, or a redirect that leaves the server. */
export type Landing = { form: PageForm } | { leftFor: URL };

/** A browser profile without scripts: it keeps cookies and follows redirects as long as they stay on the server. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  visit(url: URL): Promise<Landing> {
    return this.#follow(url, { method: 'GET' });
  }

  /** Sends a form as a click on one of its buttons would, with `values` over those that stand in it. */
  submit(form: PageForm, values: Record<string, string>): Promise<Landing> {
    const body = new URLSearchParams({ ...form.values, ...values });
    return this.#follow(form.action, { method: 'POST', body });
  }

  async #follow(start: URL, request: { method: string; body?: URLSearchParams }): Promise<Landing> {
    let url = start;
    let next: RequestInit = request;
    for (let hops = 0; hops < REDIRECT_LIMIT; hops++) {
      const response = await this.#send(url, next);
      const location = response.headers.get('location');
      if (location === null) return { form: parseForm(await pageOf(response, url), url) };
      await response.body?.cancel();
      url = new URL(location, url);
      if (url.origin !== this.#origin) return { leftFor: url };
      next = { method: 'GET' };
    }
    throw new Error(`More than ${REDIRECT_LIMIT} redirects, the last one to ${url.pathname}.`);
  }

  async #send(url: URL, request: RequestInit): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', origin: this.#origin, ...(cookie && { cookie }) };
    const response = await fetch(url, { ...request, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const separator = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, separator), pair.slice(separator + 1));
    }
    return response;
  }
}

async function pageOf(response: Response, url: URL): Promise<string> {
  const text = await response.text();
  if (response.status === 200) return text;
  throw new Error(`${url.pathname} answered ${response.status}: ${text.replace(/<[^>]*>|\s+/g, ' ').slice(0, 300)}`);
}
