import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Family, FamilyFacts } from '@ostiary/model';
import { dayMs, digest, facts, family, frozen, nowMs, policy, refreshQuestion, spa, webId } from '../family.fixture.ts';
import { decideRefresh, type RefreshQuestion } from './refresh.ts';
import { lastGeneration } from './verdict.ts';

const runs = { numRuns: 2000 };
const names = fc.constantFrom('a', 'b', 'c').map(digest);
const sometimes = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined, freq: 2 });
const mostly = <Value>(usual: Value, others: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
const generations = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: lastGeneration - 3, max: lastGeneration }),
);

const families: fc.Arbitrary<Family> = fc
  .record({
    generation: generations,
    operation: names,
    attempted: fc.boolean(),
    rotatedAtMs: fc.integer({ min: -90_000, max: 90_000 }).map((agoMs) => nowMs - agoMs),
    usedAtMs: mostly(nowMs - 1000, fc.constantFrom(nowMs - 15 * dayMs, nowMs + 1000)),
    createdAtMs: mostly(nowMs - dayMs, fc.constantFrom(nowMs - 91 * dayMs, nowMs + 1000)),
    jkt: sometimes(fc.constantFrom('key 1', 'key 2')),
    ending: mostly<Partial<Family>>({}, fc.constant({ endedAtMs: nowMs - 5, endCause: 'signed_out' as const })),
  })
  .map(({ ending, ...changes }) => family({ ...changes, ...ending }));

const grounds = mostly<Partial<FamilyFacts>>(
  {},
  fc.constantFrom(
    { user: { ...facts().user, isDisabled: true } },
    { user: { ...facts().user, epoch: 9 } },
    { client: { ...facts().client, epoch: 9 } },
    { consent: undefined },
    { device: undefined },
    { session: { ...facts().session!, endCause: 'signed_out' as const } },
  ),
);

const clients = fc
  .record({
    rotation: fc.constantFrom('on' as const, 'off' as const),
    retrySeconds: fc.constantFrom(undefined, 0, 1, 30, 60, 300),
    isOther: mostly(false, fc.constant(true)),
    hasSecret: fc.boolean(),
  })
  .map(({ rotation, retrySeconds, isOther, hasSecret }) =>
    spa({
      refresh: policy({ rotation, retrySeconds }),
      token_endpoint_auth_method: hasSecret ? 'client_secret_basic' : 'none',
      ...(isOther && { client_id: webId }),
    }),
  );

const requests = mostly<RefreshQuestion['request']>(
  { resources: [] },
  fc.constantFrom(
    { scope: 'admin', resources: [] },
    { scope: 'read:reports', resources: [] },
    { resources: ['urn:other'] },
  ),
);

/** Any question at all: most fields are as usual, so that every row of the table is reached. */
const questions: fc.Arbitrary<RefreshQuestion> = fc
  .record({
    at: families,
    ground: grounds,
    behind: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1) }, fc.integer({ min: -2, max: 4 })),
    client: clients,
    isClientAuthenticated: fc.boolean(),
    proofKey: sometimes(fc.constantFrom('key 1', 'key 2')),
    attempt: sometimes(names),
    operation: names,
    request: requests,
    recentRetries: mostly(0, fc.constant(600)),
    keyId: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ at, ground, behind, ...rest }) =>
    frozen(
      refreshQuestion({
        ...rest,
        generation: Math.max(0, at.generation - behind),
        facts: facts({ ...ground, family: at }),
      }),
    ),
  );

describe('whatever is presented', () => {
  test('the decision is a function of its question: the same again, and nothing is written to', () => {
    fc.assert(
      fc.property(questions, (question) => {
        assert.deepEqual(decideRefresh(question, nowMs), decideRefresh(structuredClone(question), nowMs));
      }),
      runs,
    );
  });

  test('only the newest token advances its family, once, from where it is, and never together with an ending', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const { family: at } = question.facts;
        const decision = decideRefresh(question, nowMs);
        const advances = decision.plan?.advances ?? [];
        if (advances.length === 0) return;
        assert.equal(decision.kind, 'granted');
        assert.equal(question.generation, at.generation);
        assert.ok(at.generation < lastGeneration);
        assert.deepEqual(decision.plan?.ends, []);
        assert.deepEqual(
          advances.map(({ familyId, from, keyId, atMs }) => ({ familyId, from, keyId, atMs })),
          [{ familyId: at.id, from: at.generation, keyId: question.keyId, atMs: nowMs }],
        );
      }),
      runs,
    );
  });

  test('an answer names the newest generation with its own key, or the one its plan makes: one successor per parent', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const { family: at } = question.facts;
        const decision = decideRefresh(question, nowMs);
        if (decision.kind !== 'granted') return;
        const { generation, keyId } = decision.answer.refresh!;
        const isRotation = decision.plan.advances.length === 1;
        assert.deepEqual(
          [generation, keyId],
          isRotation ? [at.generation + 1, question.keyId] : [at.generation, at.keyId],
        );
        assert.ok(generation === question.generation || generation === question.generation + 1);
      }),
      runs,
    );
  });

  test('reuse is said only of a spent token of a living family, of its own client with its own key', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const { family: at } = question.facts;
        const decision = decideRefresh(question, nowMs);
        if (decision.kind !== 'refused' || decision.refusal.reason !== 'reuse_detected') return;
        assert.ok(question.generation < at.generation);
        assert.equal(at.endCause, undefined);
        assert.equal(question.client.client_id, at.clientId);
        assert.ok(at.jkt === undefined || at.jkt === question.proofKey);
      }),
      runs,
    );
  });

  test('a spent token two or more behind is never answered', () => {
    fc.assert(
      fc.property(questions, (question) => {
        if (question.generation >= question.facts.family.generation - 1) return;
        assert.equal(decideRefresh(question, nowMs).kind, 'refused');
      }),
      runs,
    );
  });

  test('a foreign presentation, or one that asks for too much, changes no row', () => {
    const harmless = new Set([
      'token_of_another_client',
      'client_auth_missing',
      'proof_missing',
      'proof_of_another_key',
      'scope_not_covered',
      'target_not_covered',
      'target_algs_differ',
    ]);
    fc.assert(
      fc.property(questions, (question) => {
        const decision = decideRefresh(question, nowMs);
        if (decision.kind !== 'refused' || !harmless.has(decision.refusal.reason)) return;
        const { events: _, ...changes } = decision.plan ?? { events: [] };
        for (const [part, list] of Object.entries(changes)) assert.deepEqual(list, [], part);
      }),
      runs,
    );
  });

  test('an ending takes this family alone, and every change of a refusal is an ending', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const decision = decideRefresh(question, nowMs);
        if (decision.kind !== 'refused' || decision.plan === undefined) return;
        const { ends, expects, events: _, ...others } = decision.plan;
        for (const [part, list] of Object.entries(others)) assert.deepEqual(list, [], part);
        assert.ok(ends.length <= 1);
        const { id } = question.facts.family;
        for (const end of ends) assert.ok(end.kind === 'family' && end.id === id);
        // Whoever finds it ended already records no second end.
        assert.deepEqual(expects, ends.length === 0 ? [] : [{ kind: 'family', id }]);
      }),
      runs,
    );
  });

  test('the questions reach every conclusion there is', () => {
    const seen = new Set<string>();
    for (const question of fc.sample(questions, { numRuns: 8000, seed: 1 })) {
      const decision = decideRefresh(question, nowMs);
      if (decision.kind === 'refused')
        seen.add(decision.refusal.cause === 'exhausted' ? 'exhausted' : decision.refusal.reason);
      else
        seen.add(
          decision.plan.advances.length > 0
            ? 'rotate'
            : question.generation === question.facts.family.generation
              ? 'use'
              : 'retry',
        );
    }
    const expected = [
      'client_auth_missing',
      'exhausted',
      'grant_ended',
      'history_lost',
      'proof_missing',
      'proof_of_another_key',
    ];
    expected.push('retries_limited', 'retry', 'reuse_detected', 'rotate', 'scope_not_covered', 'target_not_covered');
    expected.push('token_of_another_client', 'use');
    assert.deepEqual([...seen].toSorted(), expected);
  });
});
