import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { callback, verifier, type TestBrowser } from '@ostiary/http/fixture';
import { networkBrowser } from '../support/network-browser.ts';
import type { Answer, History } from './history.ts';

/** One line of refresh tokens as its client holds it. */
export interface HeldFamily {
  /** Public id of the family. */
  id: string;
  newest: string;
  /** Two tabs present each token at the same moment, as one attempt that they share through their storage. */
  isShared: boolean;
}

const familiesPerDevice = 10;

/** Signs people in over HTTP, ten families to a browser; every other family belongs to two tabs. */
export async function bearFamilies(issuer: string, count: number): Promise<HeldFamily[]> {
  const families: HeldFamily[] = [];
  for (let device = 0; families.length < count; device += 1) {
    const browser = networkBrowser(issuer);
    for (let each = 0; each < familiesPerDevice && families.length < count; each += 1) {
      families.push(await bearFamily(issuer, browser, device % 2 === 0 ? 'ada' : 'bob', families.length % 2 === 1));
    }
  }
  return families;
}

async function bearFamily(issuer: string, browser: TestBrowser, who: string, isShared: boolean): Promise<HeldFamily> {
  const answer = await browser.authorize({}, who);
  const { status, body } = await post(issuer, {
    grant_type: 'authorization_code',
    client_id: 'lab-spa',
    code: answer.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  });
  if (status !== 200) throw new Error(`a code was refused: ${JSON.stringify(body)}`);
  const [, claims = ''] = String(body['access_token']).split('.');
  const { fam } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { fam: string };
  return { id: fam, newest: String(body['refresh_token']), isShared };
}

/** Clients that refresh as fast as they can, and honestly: a token is presented by one attempt until an answer comes. */
export class HonestClients {
  readonly births: History['births'];
  readonly answers: Answer[] = [];
  readonly #issuer: string;
  readonly #families: readonly HeldFamily[];
  readonly #onAnswer: (count: number) => void;
  #isStopping = false;

  constructor(issuer: string, families: readonly HeldFamily[], onAnswer: (count: number) => void = () => undefined) {
    this.births = families.map(({ id, newest }) => ({ family: id, token: newest }));
    this.#issuer = issuer;
    this.#families = families;
    this.#onAnswer = onAnswer;
  }

  /** Divides the families among the clients and goes on until `stop`. Every refresh under way ends with an answer. */
  async run(clients: number): Promise<void> {
    const loops = Array.from({ length: clients }, async (_, client) => {
      const own = this.#families.filter((_family, index) => index % clients === client);
      for (let turn = 0; !this.#isStopping && own.length > 0; turn += 1) {
        await this.#refresh(own[turn % own.length] as HeldFamily);
      }
    });
    await Promise.all(loops);
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** The last token of each family once more. */
  async refreshEach(): Promise<void> {
    for (const family of this.#families) await this.#refresh(family);
  }

  async #refresh(family: HeldFamily): Promise<void> {
    const presented = family.newest;
    const attempt = randomBytes(18).toString('base64url');
    const senders = Array.from({ length: family.isShared ? 2 : 1 }, () => this.#present(family.id, presented, attempt));
    for (const { outcome } of await Promise.all(senders)) {
      if (outcome.kind === 'refused') this.stop();
      else family.newest = outcome.token;
    }
  }

  /** Asks until the server says something about the token; a broken line or a busy server says nothing. */
  async #present(family: string, presented: string, attempt: string): Promise<Answer> {
    const form = { grant_type: 'refresh_token', client_id: 'lab-spa', refresh_token: presented, attempt };
    for (let tries = 0; tries < maxTries; tries += 1) {
      const answer = await post(this.#issuer, form).catch(() => undefined);
      if (answer !== undefined && !isBusy(answer)) return this.#record(family, presented, answer);
      await pause(betweenTriesMs);
    }
    throw new Error('the server did not come back');
  }

  #record(family: string, presented: string, { status, body }: TokenAnswer): Answer {
    const answer: Answer = {
      family,
      presented,
      outcome:
        status === 200
          ? { kind: 'successor', token: String(body['refresh_token']) }
          : { kind: 'refused', error: `${status} ${JSON.stringify(body)}` },
    };
    this.answers.push(answer);
    this.#onAnswer(this.answers.length);
    return answer;
  }
}

/** A busy server names no cause; one that has lost history does, and that is a verdict. */
function isBusy({ status, body }: TokenAnswer): boolean {
  return status === 503 && body['error_cause'] === undefined;
}

const betweenTriesMs = 25;
const maxTries = 2_000;

interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

async function post(issuer: string, fields: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
