/** The issuer's test clock. It exists in development only; elsewhere the Lab goes by the real time. */
export interface IssuerClock {
  /** What the issuer's clock is ahead of the real time, or undefined when the issuer has no test clock. Milliseconds. */
  offsetMs(): Promise<number | undefined>;
  /** Moves the clock forward; false when the issuer has no test clock. */
  advance(advanceSeconds: number): Promise<boolean>;
}

export function createIssuerClock(issuer: string): IssuerClock {
  const endpoint = `${issuer}/development/clock`;
  return {
    async offsetMs() {
      const response = await fetch(endpoint);
      if (!response.ok) {
        await response.body?.cancel();
        return undefined;
      }
      return readOffsetMs(await response.json());
    },
    async advance(advanceSeconds) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advanceSeconds }),
      });
      await response.body?.cancel();
      return response.ok;
    },
  };
}

function readOffsetMs(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null || !('offsetMs' in answer)) return undefined;
  return typeof answer.offsetMs === 'number' ? answer.offsetMs : undefined;
}
