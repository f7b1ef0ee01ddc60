import { argon2, timingSafeEqual } from 'node:crypto';
import type { Random } from './ports.ts';

/** OWASP's parameters for Argon2id: 19 MiB, 2 passes, 1 lane. */
const current = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/** Two hashes at a time on the thread pool, 64 waiting: hashing cannot starve the refreshes. */
const maxRunning = 2;
const maxWaiting = 64;

export type PasswordCheck = { kind: 'right'; rehashed?: string } | { kind: 'wrong' } | { kind: 'busy' };

interface Parameters {
  memory: number;
  passes: number;
  parallelism: number;
  tagLength: number;
}

interface PasswordHash extends Parameters {
  salt: Buffer;
  tag: Buffer;
}

/** Hashes and checks passwords in a bounded pool. Passwords are compared after NFC (NIST SP 800-63B section 3.1.1.2). */
export class PasswordPool {
  readonly #random: Random;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many hashes are being made, and how many wait. */
  load(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** A PHC string: `$argon2id$v=19$m=...,t=...,p=...$salt$hash`. */
  async hash(password: string): Promise<string> {
    await this.#enter();
    try {
      return await this.#hashNow(password);
    } finally {
      this.#leave();
    }
  }

  /**
   * Checks a password. An unknown user (`stored` absent) costs the same time, so that the answer's delay tells nothing.
   * `rehashed` is given when the stored hash used other parameters than today's.
   */
  async check(password: string, stored: string | undefined): Promise<PasswordCheck> {
    if (this.#running >= maxRunning && this.#waiting.length >= maxWaiting) return { kind: 'busy' };
    await this.#enter();
    try {
      const parsed = stored === undefined ? undefined : parsePhc(stored);
      const expected = parsed ?? { ...current, salt: Buffer.alloc(16), tag: Buffer.alloc(current.tagLength) };
      const tag = await derive(password, expected.salt, expected);
      const isRight = timingSafeEqual(tag, expected.tag) && parsed !== undefined;
      if (!isRight) return { kind: 'wrong' };
      return isCurrent(expected) ? { kind: 'right' } : { kind: 'right', rehashed: await this.#hashNow(password) };
    } finally {
      this.#leave();
    }
  }

  async #hashNow(password: string): Promise<string> {
    const salt = Buffer.from(this.#random.bytes(16));
    const tag = await derive(password, salt, current);
    const parameters = `m=${current.memory},t=${current.passes},p=${current.parallelism}`;
    return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
  }

  async #enter(): Promise<void> {
    if (this.#running >= maxRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
  }

  /** Hands the place to who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

function derive(password: string, salt: Buffer, parameters: Parameters): Promise<Buffer> {
  const { memory, passes, parallelism, tagLength } = parameters;
  const input = {
    message: Buffer.from(password.normalize('NFC')),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', input, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  });
}

const phcPattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{1,88})\$([A-Za-z0-9+/]{1,88})$/;

function parsePhc(stored: string): PasswordHash | undefined {
  const match = phcPattern.exec(stored);
  if (match === null) return undefined;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  const tagBytes = Buffer.from(tag, 'base64');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: tagBytes.length,
    salt: Buffer.from(salt, 'base64'),
    tag: tagBytes,
  };
}

function isCurrent({ memory, passes, parallelism, tagLength }: Parameters): boolean {
  return (
    memory === current.memory &&
    passes === current.passes &&
    parallelism === current.parallelism &&
    tagLength === current.tagLength
  );
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
