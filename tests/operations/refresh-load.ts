import { Agent, request } from 'node:http';

/** What became of one request. */
export type Outcome =
  | { kind: 'answered'; status: number; isLastOfConnection: boolean; refreshToken: string }
  /** The answer had begun and did not end. */
  | { kind: 'torn'; code: string }
  /** No byte of an answer came. */
  | { kind: 'closed'; code: string };

/** A client that refreshes on and on over one connection, until the server is gone. */
export class Refresher {
  readonly outcomes: Outcome[] = [];
  #token: string;
  #isStopped = false;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #issuer: URL;

  constructor(issuer: string, token: string) {
    this.#issuer = new URL(issuer);
    this.#token = token;
  }

  /** How many generations the server acknowledged. */
  acknowledged(): number {
    return this.outcomes.filter((outcome) => outcome.kind === 'answered' && outcome.status === 200).length;
  }

  /** After the request that is on its way. */
  stop(): void {
    this.#isStopped = true;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const outcome = await this.#refresh();
      this.outcomes.push(outcome);
      if (outcome.kind !== 'answered' || outcome.status !== 200) break;
      this.#token = outcome.refreshToken;
    }
    this.#agent.destroy();
  }

  #refresh(): Promise<Outcome> {
    const body = new URLSearchParams({
      client_id: 'lab-spa',
      grant_type: 'refresh_token',
      refresh_token: this.#token,
    }).toString();
    return new Promise((resolve) => {
      const asked = request(new URL('/token', this.#issuer), {
        method: 'POST',
        agent: this.#agent,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
      });
      asked.on('error', (fault) => resolve({ kind: 'closed', code: codeOf(fault) }));
      asked.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', (fault) => resolve({ kind: 'torn', code: codeOf(fault) }));
        response.on('end', () =>
          resolve({
            kind: 'answered',
            status: response.statusCode ?? 0,
            isLastOfConnection: response.headers.connection === 'close',
            refreshToken: String((JSON.parse(text) as { refresh_token?: string }).refresh_token),
          }),
        );
      });
      asked.end(body);
    });
  }
}

function codeOf(fault: Error): string {
  return 'code' in fault ? String(fault.code) : fault.message;
}
