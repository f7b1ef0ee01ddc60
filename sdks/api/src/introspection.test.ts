import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IntrospectionSettings } from './settings.ts';
import { createAccessTokenVerifier } from './verifier.ts';
import { apiUrl, bearer, issuerUrl, VirtualIssuer } from './virtual-issuer.fixture.ts';

const endpoint = `${issuerUrl}/introspect`;

function open(changes: Partial<IntrospectionSettings> = {}) {
  const issuer = new VirtualIssuer();
  issuer.metadata = { introspection_endpoint: endpoint };
  const forms: URLSearchParams[] = [];
  const answers = new Map<string, object>();
  issuer.served.set(endpoint, ({ body }) => {
    const form = new URLSearchParams(body as URLSearchParams);
    forms.push(form);
    return Response.json(answers.get(form.get('token') ?? '') ?? { active: false });
  });
  const verifier = createAccessTokenVerifier(issuer.settings({ introspection: { clientSecret: 's', ...changes } }));
  const verify = async (token: string) => {
    const result = await verifier.verify(bearer(token));
    return result.ok ? 'accepted' : result.refusal.reason;
  };
  const activate = (token: string, claims: object = {}) =>
    answers.set(token, { active: true, token_type: 'Bearer', ...issuer.claims(), ...claims });
  return { issuer, verifier, verify, answers, activate, forms };
}

describe('opaque tokens', () => {
  it('are asked about, with the credentials of the API', async () => {
    const { verifier, activate, forms } = open();
    activate('opaque-1', { scope: 'read:reports' });
    const result = await verifier.verify(bearer('opaque-1'));
    assert.ok(result.ok);
    assert.deepEqual([result.auth.claims.sub, result.auth.header], ['usr_ada', {}]);
    assert.deepEqual(
      [...(forms[0] ?? [])],
      [
        ['token', 'opaque-1'],
        ['token_type_hint', 'access_token'],
      ],
    );
  });

  it('that are not active are refused', async () => {
    const { verify } = open();
    assert.equal(await verify('opaque-1'), 'inactive');
  });

  it('are asked about once by many requests, and again after a few seconds', async () => {
    const { issuer, verify, activate, answers, forms } = open();
    activate('opaque-1');
    await Promise.all(Array.from({ length: 20 }, () => verify('opaque-1')));
    assert.equal(forms.length, 1);
    answers.delete('opaque-1');
    await issuer.clock.advance(5_000);
    assert.equal(await verify('opaque-1'), 'inactive');
    activate('opaque-1');
    assert.equal(await verify('opaque-1'), 'inactive');
    await issuer.clock.advance(2_000);
    assert.equal(await verify('opaque-1'), 'accepted');
  });

  it('are never believed beyond their end, whatever was said before', async () => {
    const { issuer, verify, activate } = open({ cacheSeconds: 3600 });
    activate('opaque-1', { exp: Math.floor(issuer.clock.now() / 1000) + 30 });
    assert.equal(await verify('opaque-1'), 'accepted');
    await issuer.clock.advance(35_000);
    assert.equal(await verify('opaque-1'), 'expired');
  });

  for (const [what, reason, claims] of [
    ['for another API', 'audience_wrong', { aud: 'https://other.example.com' }],
    ['for nobody in particular', 'audience_wrong', { aud: undefined }],
    ['of another issuer', 'issuer_wrong', { iss: 'https://evil.example' }],
    ['without an end', 'claim_missing', { exp: undefined }],
    ['that are refresh tokens', 'inactive', { token_type: 'refresh_token' }],
    ['that are bound to a key', 'bound_as_bearer', { cnf: { jkt: 'x' } }],
  ] as const)
    it(`${what} are refused`, async () => {
      const { verify, activate } = open();
      activate('opaque-1', claims);
      assert.equal(await verify('opaque-1'), reason);
    });

  it('get 503 when the issuer cannot be asked, and that is not kept', async () => {
    const { issuer, verify, activate, verifier } = open();
    activate('opaque-1');
    for (const outage of [
      () => new Response(null, { status: 500 }),
      () => new Response(null, { status: 401 }),
      () => new Error('away'),
      () => Response.json({ active: 'yes' }),
    ]) {
      issuer.outage = (url) => (url === endpoint ? outage() : undefined);
      const result = await verifier.verify(bearer('opaque-1'));
      assert.ok(!result.ok && result.answer.status === 503);
    }
    assert.match(verifier.state().introspection?.trouble ?? '', /does not say whether/);
    issuer.outage = undefined;
    assert.equal(await verify('opaque-1'), 'accepted');
  });

  it('are no matter for JWTs, which are not asked about', async () => {
    const { issuer, verify, forms } = open();
    assert.equal(await verify(issuer.token()), 'accepted');
    assert.equal(await verify('eyJub25zZW5zZQ.e30.AA'), 'token_malformed');
    assert.equal(forms.length, 0);
  });

  it('CVE-2021-32701: the answer to one API is not that to another', async () => {
    const { issuer, activate, verify } = open();
    activate('opaque-1');
    assert.equal(await verify('opaque-1'), 'accepted');
    const other = createAccessTokenVerifier(
      issuer.settings({ audience: `${apiUrl}/other`, introspection: { clientSecret: 's' } }),
    );
    const result = await other.verify(bearer('opaque-1'));
    assert.ok(!result.ok && result.refusal.reason === 'audience_wrong');
  });
});
