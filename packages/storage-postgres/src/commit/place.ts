import { randomBytes } from 'node:crypto';

const maxCount = 0xfff;

/**
 * Draws places in the audit log: UUIDs of version 7, each greater than the one before, ordered between nodes by their clocks
 * (RFC 9562 section 5.7).
 */
export class Places {
  #lastMs = 0;
  #count = 0;

  draw(nowMs: number): string {
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      this.#count = 0;
    } else if (this.#count < maxCount) {
      this.#count += 1;
    } else {
      this.#lastMs += 1;
      this.#count = 0;
    }
    const time = this.#lastMs.toString(16).padStart(12, '0');
    const count = this.#count.toString(16).padStart(3, '0');
    const chance = randomBytes(8).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8${chance.slice(1, 4)}-${chance.slice(4)}`;
  }
}
