import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Remembered } from './remembered.ts';
import { createAccessTokenVerifier, type Verification } from './verifier.ts';
import { bearer, makeKey, VirtualIssuer } from './virtual-issuer.fixture.ts';

describe('memory of tokens', () => {
  it('holds only so many', () => {
    const memory = new Remembered<number>(100);
    for (let each = 0; each < 1_000; each += 1) memory.set(`${each}`, each);
    assert.ok(memory.size <= 101);
    assert.equal(memory.get('999'), 999);
    assert.equal(memory.get('0'), undefined);
  });

  it('keeps what is used', () => {
    const memory = new Remembered<string>(100);
    memory.set('used', 'yes');
    for (let each = 0; each < 1_000; each += 1) {
      memory.set(`${each}`, 'no');
      assert.equal(memory.get('used'), 'yes');
    }
  });

  it('can be switched off', () => {
    const memory = new Remembered<string>(0);
    memory.set('a', 'b');
    assert.equal(memory.get('a'), undefined);
  });
});

/** What can happen between two requests. */
type Step =
  | { kind: 'token'; which: number }
  | { kind: 'time'; seconds: number }
  | { kind: 'clock'; seconds: number }
  | { kind: 'rotate' }
  | { kind: 'away'; isAway: boolean };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('token' as const), which: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.nat(900) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), seconds: fc.integer({ min: -90, max: 90 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'rotate' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('away' as const), isAway: fc.boolean() }) },
);

describe('a memory of tokens changes no decision', () => {
  const keys = [makeKey('ES256'), makeKey('EdDSA'), makeKey('ES256')];

  it('whatever happens between two requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 25 }), async (run) => {
        const issuer = new VirtualIssuer();
        issuer.keys = keys.slice(0, 2);
        // The same keys at the same time for both: what is compared is the memory alone.
        const [with_, without] = [10_000, 0].map((rememberedTokens) =>
          createAccessTokenVerifier(issuer.settings({ rememberedTokens, cooldownDuration: 0 })),
        );
        assert.ok(with_ && without);
        const tokens = someTokens(issuer);
        for (const step of run) {
          if (step.kind !== 'token') await apply(issuer, step);
          else {
            const facts = bearer(tokens[step.which] ?? '');
            const one: Verification = await with_.verify(facts);
            const other: Verification = await without.verify(facts);
            assert.deepEqual(decisionOf(one), decisionOf(other));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  function someTokens(issuer: VirtualIssuer): string[] {
    const now = Math.floor(issuer.clock.now() / 1000);
    return [
      issuer.token(),
      issuer.token({}, {}, keys[1]),
      issuer.token({}, {}, keys[2]),
      issuer.token({ exp: now + 300 }),
      issuer.token({ exp: now + 1_000 }, {}, keys[1]),
      issuer.token({ nbf: now + 400 }),
      issuer.token({ aud: 'https://other.example.com' }),
      issuer.token({}, {}, makeKey('ES256', keys[0]?.kid)),
      issuer.token({ iat: now + 60 }),
      'nonsense',
    ];
  }

  async function apply(issuer: VirtualIssuer, step: Exclude<Step, { kind: 'token' }>): Promise<void> {
    if (step.kind === 'time') await issuer.clock.advance(step.seconds * 1000);
    else if (step.kind === 'clock') issuer.clock.setWall(step.seconds * 1000);
    else if (step.kind === 'rotate') issuer.keys = issuer.keys[0] === keys[0] ? keys.slice(1) : keys.slice(0, 2);
    else issuer.outage = step.isAway ? () => new Error('away') : undefined;
  }

  function decisionOf(result: Verification): unknown {
    return result.ok ? result.auth.claims : result.refusal;
  }
});
