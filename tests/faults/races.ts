import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { callback, issuer, labSpa, labWeb, verifier } from '@ostiary/http/fixture';
import type { Settings } from '@ostiary/service';
import type { ClientId } from '@ostiary/wire';
import { statesIn } from './final-state.ts';
import { violations } from './oracle.ts';
import type { Reply } from './reach.ts';
import { Recorder } from './recorder.ts';
import type { World } from './world.ts';

const key = createPrivateKey(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }),
);

/** The Lab's app, one that repeats nothing (strict), and a service that signs assertions. */
export function racingSettings(): Partial<Settings> {
  const { refresh } = labSpa();
  return {
    clients: [
      { metadata: labSpa() },
      { metadata: labSpa({ client_id: 'strict-spa' as ClientId, refresh: { ...refresh, retrySeconds: 0 } }) },
      {
        metadata: labWeb({
          client_id: 'prover' as ClientId,
          type: 'service',
          redirect_uris: [],
          grant_types: ['client_credentials'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [{ ...(createPublicKey(key).export({ format: 'jwk' }) as { kty: 'EC' }), alg: 'ES256' }] },
        }),
      },
    ],
  };
}

/** All begin at once, each at another node than the one before. */
function together<Value>(world: World, count: number, work: (node: number) => Promise<Value>): Promise<Value[]> {
  const gate = Promise.withResolvers<void>();
  const callers = Array.from({ length: count }, async (_, index) => {
    await gate.promise;
    return work(index % world.reach.nodes);
  });
  gate.resolve();
  return Promise.all(callers);
}

/** T1, window: `count` requests with one token, again and again. All get the same successor, and the family lives. */
export async function raceInWindow(world: World, count: number, rounds: number): Promise<string[]> {
  const recorder = new Recorder(world.reach, { client_id: 'lab-spa' });
  const { family, token } = await world.bear();
  recorder.births.push({ family, token });
  let presented = token;
  const found: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Beyond the limit on repeats of one family, 600 a minute.
    world.clock.advance(61);
    const outcomes = await together(world, count, (node) =>
      recorder.refresh({ family, actor: 'client', node, presented }),
    );
    const tokens = outcomes.flatMap((outcome) => (outcome.kind === 'successor' ? [outcome.token] : []));
    if (tokens.length === 0) found.push(`round ${round}: nobody was answered: ${JSON.stringify(outcomes[0])}`);
    presented = tokens[0] ?? presented;
  }
  const states = await statesIn(world.store, [family]);
  return [...found, ...violations(recorder.history(states))];
}

/** T1, strict: of `count` requests with one token exactly one is answered, the others are reuse, and the family is over. */
export async function raceStrictly(world: World, count: number, rounds: number): Promise<string[]> {
  const recorder = new Recorder(world.reach, { client_id: 'strict-spa' });
  const found: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { family, token } = await world.bear('strict-spa');
    recorder.births.push({ family, token });
    // Whoever comes second is a thief here: nobody is owed a repeat.
    const outcomes = await together(world, count, (node) =>
      recorder.refresh({ family, actor: 'thief', node, presented: token }),
    );
    const winners = outcomes.flatMap((outcome) => (outcome.kind === 'successor' ? [outcome.token] : []));
    const losers = outcomes.filter(({ kind }) => kind === 'refused');
    // A busy node says 503, which says nothing; it may hide the winner.
    const silent = count - winners.length - losers.length;
    if (winners.length > 1 || (winners.length === 0 && silent === 0))
      found.push(`round ${round}: ${winners.length} answered and ${losers.length} refused of ${count}`);
    const [newest = token] = winners;
    if (losers.length === 0 || winners.length === 0) continue;
    const after = await recorder.refresh({ family, actor: 'client', node: round % 2, presented: newest });
    if (after.kind !== 'refused' || after.cause !== 'reuse_detected') found.push(`round ${round}: the family lives on`);
  }
  const states = await statesIn(
    world.store,
    recorder.births.map(({ family }) => family),
  );
  return [...found, ...violations(recorder.history(states))];
}

/** T4, I5: of `count` exchanges of one code exactly one succeeds; its family lives only where all were one attempt. */
export async function raceForCode(world: World, count: number, isOneAttempt: boolean): Promise<string[]> {
  const code = await world.newCode();
  const attempt = randomBytes(18).toString('base64url');
  const replies = await together(world, count, (node) =>
    world.reach.post(node, '/token', {
      grant_type: 'authorization_code',
      client_id: 'lab-spa',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
      ...(isOneAttempt && { attempt }),
    }),
  );
  const found = exactlyOne(replies, 'invalid_grant');
  const won = replies.find(({ status }) => status === 200);
  if (won === undefined) return found;
  const presented = String(won.body?.['refresh_token']);
  const reply = await world.reach.post(1 % world.reach.nodes, '/token', {
    grant_type: 'refresh_token',
    client_id: 'lab-spa',
    refresh_token: presented,
  });
  const expected = isOneAttempt ? undefined : 'code_replayed';
  const cause = reply.body?.['error_cause'];
  if (cause !== expected) found.push(`the family's cause is ${String(cause)}, not ${String(expected)}`);
  return found;
}

/** T4, I8: of `count` requests with one client assertion exactly one succeeds. */
export async function raceWithAssertion(world: World, count: number): Promise<string[]> {
  const assertion = assertionAt(world.clock.now());
  return exactlyOne(await together(world, count, (node) => proveBy(world, node, assertion)), 'invalid_client');
}

/** Asks for a token as the client that the assertion names. */
export function proveBy(world: World, node: number, assertion: string): Promise<Reply> {
  return world.reach.post(node, '/token', {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
}

/** What is wrong unless one succeeded and all others were refused with this error. A busy node's 503 may hide the one. */
export function exactlyOne(replies: readonly Reply[], refusal: string): string[] {
  const won = replies.filter(({ status }) => status === 200).length;
  const refused = replies.filter(({ body }) => body?.['error'] === refusal).length;
  const silent = replies.filter(({ status }) => status === 503).length;
  const isOne = won === 1 || (won === 0 && silent > 0);
  if (isOne && won + refused + silent === replies.length) return [];
  return [`${won} succeeded and ${refused} were refused of ${replies.length}: ${JSON.stringify(replies.at(-1)?.body)}`];
}

/** A client assertion with a `jti` of its own (RFC 7523). */
export function assertionAt(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const claims = { iss: 'prover', sub: 'prover', aud: issuer, jti: randomBytes(12).toString('base64url') };
  const parts = [
    { alg: 'ES256', typ: 'JWT' },
    { ...claims, iat: seconds, exp: seconds + 60 },
  ];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
