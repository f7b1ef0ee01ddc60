import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { decode } from '@ostiary/session';
import type { JWTPayload } from 'jose';
import type { Environment } from '../environment.ts';
import type { AuthContext } from '../fetch/fetch.ts';
import { hello, home, openVirtualHouse, VirtualVisitor } from '../virtual-app.fixture.ts';
import type { VirtualHouse } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';

const guarded = async (context: AuthContext) => (await context.requiresAuth()) ?? hello(context);
const askedOf = (response: Response) => new URL(response.headers.get('location') ?? '').searchParams;
const hybrid = { authorizationParams: { response_type: 'code id_token', scope: 'openid offline_access' } } as const;

describe('a sign-in', () => {
  it('goes to the provider with state, nonce and PKCE, and comes back to the page that was asked for', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const away = await visitor.ask('/expenses?month=6', guarded);
    const asked = askedOf(away);
    assert.equal(away.status, 303);
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.ok(['state', 'nonce', 'code_challenge'].every((name) => (asked.get(name)?.length ?? 0) > 20));
    const back = await visitor.follow(away);
    assert.equal(back.headers.get('location'), `${home}/expenses?month=6`);
    assert.equal(await (await visitor.ask('/expenses', guarded)).text(), 'ada');
  });

  it('names an API as `audience` and as `resource`', async () => {
    const house = openVirtualHouse({ authorizationParams: { audience: 'https://api.example' } });
    const asked = askedOf(await new VirtualVisitor(house).ask('/login'));
    assert.deepEqual([asked.get('audience'), asked.get('resource')], ['https://api.example', 'https://api.example']);
  });

  it('goes on in several tabs at once, in whatever order they come back', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const [one, two] = [await visitor.ask('/one', guarded), await visitor.ask('/two', guarded)];
    assert.equal((await visitor.follow(two)).headers.get('location'), `${home}/two`);
    assert.equal((await visitor.follow(one)).headers.get('location'), `${home}/one`);
  });

  it('keeps no more than six of them in the browser', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    for (let tab = 0; tab < 9; tab += 1) {
      visitor.house.provider.nowMs += 1_000;
      await visitor.ask(`/tab-${tab}`, guarded);
    }
    assert.equal(visitor.cookies.size, 6);
  });

  it('takes an answer once: a second time leads to the page and redeems nothing', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const request = await visitor.bring(await visitor.ask('/expenses', guarded));
    await visitor.ask(...request);
    const again = await visitor.ask(...request);
    assert.equal(again.headers.get('location'), `${home}/expenses`);
    assert.equal(visitor.house.provider.forms.length, 1);
  });

  it('gives one session to an answer that the browser sends twice at once', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const request = await visitor.bring(await visitor.ask('/expenses', guarded));
    const answers = await Promise.all([visitor.ask(...request), visitor.ask(...request)]);
    assert.deepEqual(
      answers.map((answer) => answer.headers.get('location')),
      [`${home}/expenses`, `${home}/expenses`],
    );
    assert.equal(visitor.house.provider.forms.length, 1);
  });

  it('begins anew, once, when the browser does not know the sign-in that is answered', async () => {
    const house = openVirtualHouse();
    const stranger = new VirtualVisitor(house);
    const [path, app] = await stranger.bring(await new VirtualVisitor(house).ask('/login'));
    const anew = await stranger.ask(path, app);
    assert.equal(new URL(anew.headers.get('location') ?? '').pathname, '/authorize');
    stranger.cookies.clear();
    const refused = await stranger.ask(...(await stranger.bring(anew)));
    assert.equal(refused.status, 400);
    assert.match((await refused.json()).error_description, /does the browser keep cookies/);
  });

  it('begins anew when it took longer than an hour', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const away = await visitor.ask('/expenses', guarded);
    visitor.house.provider.nowMs += 3_601_000;
    assert.equal(new URL((await visitor.follow(away)).headers.get('location') ?? '').pathname, '/authorize');
  });

  it('begins anew, with the page kept, when the answer to its code was lost', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    visitor.house.provider.trouble = ['lose'];
    const again = await visitor.follow(await visitor.ask('/expenses', guarded));
    assert.equal(new URL(again.headers.get('location') ?? '').pathname, '/authorize');
    assert.equal((await visitor.follow(again)).headers.get('location'), `${home}/expenses`);
  });

  it('may be tried again with a reload when the provider does not answer', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const request = await visitor.bring(await visitor.ask('/expenses', guarded));
    visitor.house.provider.trouble = [1, 2, 3].map(() => new Response(null, { status: 503 }));
    assert.equal((await visitor.ask(...request)).status, 503);
    assert.equal((await visitor.ask(...request)).headers.get('location'), `${home}/expenses`);
  });

  it('says with which code the provider refused', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const state = askedOf(await visitor.ask('/login')).get('state') ?? '';
    const query = new URLSearchParams({ state, iss: visitor.house.provider.issuer, error: 'access_denied' });
    const refused = await visitor.ask(`/callback?${query.toString()}`);
    assert.deepEqual([refused.status, (await refused.json()).error_cause], [400, 'access_denied']);
  });

  it('is looked at by the app before it is kept: what it adds is there later, what it takes out is gone', async () => {
    const house = openVirtualHouse({
      getLoginState: () => ({ from: 'newsletter' }),
      afterCallback: (_request, _response, session, state) => ({
        ...session,
        refresh_token: undefined,
        from: state['from'],
      }),
    });
    const visitor = new VirtualVisitor(house);
    await visitor.signIn();
    const seen = await visitor.ask('/', ({ oidc }) => Response.json([oidc.data, oidc.refreshToken ?? null]));
    assert.deepEqual(await seen.json(), [{ from: 'newsletter' }, null]);
  });

  it('is refused by an app that throws', async () => {
    const house = openVirtualHouse({ afterCallback: () => Promise.reject(new RangeError('not from here')) });
    await assert.rejects(new VirtualVisitor(house).signIn(), RangeError);
  });

  it('without a word asks once, and takes nobody for an answer', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse({ attemptSilentLogin: true }));
    const away = await visitor.ask('/news');
    assert.equal(askedOf(away).get('prompt'), 'none');
    const query = {
      state: askedOf(away).get('state') ?? '',
      iss: visitor.house.provider.issuer,
      error: 'login_required',
    };
    const back = await visitor.ask(`/callback?${new URLSearchParams(query).toString()}`);
    assert.equal(back.headers.get('location'), `${home}/news`);
    assert.equal(await (await visitor.ask('/news')).text(), 'nobody');
  });

  it('without a word stands in nobody’s way while the provider does not answer', async () => {
    const isDown = { now: true };
    const provider = new VirtualProvider();
    const environment: Partial<Environment> = {
      fetch: async (url, init) =>
        isDown.now ? new Response(null, { status: 502 }) : provider.serve(new Request(url, init)),
    };
    const visitor = new VirtualVisitor(openVirtualHouse({ attemptSilentLogin: true, environment }, provider));
    assert.equal(await (await visitor.ask('/news')).text(), 'nobody');
    isDown.now = false;
    const state = askedOf(await visitor.ask('/news')).get('state') ?? '';
    const query = new URLSearchParams({ state, iss: provider.issuer, error: 'temporarily_unavailable' });
    const back = await visitor.ask(`/callback?${query.toString()}`);
    assert.equal(back.headers.get('location'), `${home}/news`);
    assert.equal(await (await visitor.ask('/news')).text(), 'nobody');
  });
});

describe('an answer by form_post', () => {
  it('is taken: the cookie of the sign-in is sent along with a cross-site POST', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse(hybrid));
    const away = await visitor.ask('/login');
    assert.equal(askedOf(away).get('response_mode'), 'form_post');
    assert.match(away.headers.getSetCookie().join(), /Secure; SameSite=None/);
    assert.equal((await visitor.follow(away)).status, 303);
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
  });

  it('may bring an ID token alone', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse({ authorizationParams: { response_type: 'id_token' } }));
    await visitor.signIn();
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
    assert.deepEqual(visitor.house.provider.forms, []);
  });

  it('lacks SameSite where there is no https: browsers let it through for a moment', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse({ ...hybrid, baseURL: 'http://localhost:4002' }));
    const line = (await visitor.ask('/login')).headers.getSetCookie().join();
    assert.doesNotMatch(line, /SameSite|Secure/);
  });

  const forgeries: Record<string, (claims: JWTPayload) => JWTPayload> = {
    'another code': (claims) => ({
      ...claims,
      c_hash: createHash('sha256').update('x').digest().subarray(0, 16).toString('base64url'),
    }),
    'no code at all': (claims) => ({ ...claims, c_hash: undefined }),
    'another nonce': (claims) => ({ ...claims, nonce: 'other' }),
    'another client': (claims) => ({ ...claims, aud: 'other' }),
    'several clients without saying for whom': (claims) => ({ ...claims, aud: ['web', 'other'] }),
    'another issuer': (claims) => ({ ...claims, iss: 'https://evil.example' }),
    'no user': (claims) => ({ ...claims, sub: '' }),
    'no end': (claims) => ({ ...claims, exp: undefined }),
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`is refused when its ID token is about ${what}`, async () => {
      const visitor = new VirtualVisitor(openVirtualHouse(hybrid));
      const [path, app, init] = await visitor.bring(await visitor.ask('/login'));
      const body = init.body as URLSearchParams;
      body.set('id_token', await visitor.house.provider.sign(forge(decode(body.get('id_token') ?? '') as JWTPayload)));
      const refused = await visitor.ask(path, app, init);
      assert.deepEqual([refused.status, (await refused.json()).error], [400, 'bad_answer']);
      assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    });
  }

  it('is refused when its ID token is signed by nobody, or by the client secret', async () => {
    for (const header of [{ alg: 'none' }, { alg: 'HS256', kid: 'key-1' }]) {
      const visitor = new VirtualVisitor(openVirtualHouse(hybrid));
      const [path, app, init] = await visitor.bring(await visitor.ask('/login'));
      const body = init.body as URLSearchParams;
      const [, payload = '', signature = ''] = (body.get('id_token') ?? '').split('.');
      body.set('id_token', `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`);
      assert.equal((await visitor.ask(path, app, init)).status, 400);
    }
  });
});

describe('a clock that is wrong', () => {
  /** Signs in while the provider's clock is so far ahead. */
  async function signInWith(aheadSeconds: number, options: Parameters<typeof openVirtualHouse>[0] = {}) {
    const house: VirtualHouse = openVirtualHouse(options);
    const iat = Math.floor(house.provider.nowMs / 1000) + aheadSeconds;
    house.provider.claims = { iat, exp: iat + 3600 };
    return new VirtualVisitor(house).signIn();
  }

  it('does not matter up to a minute', async () => {
    assert.equal((await signInWith(55)).status, 303);
    assert.equal((await signInWith(200, { clockTolerance: 300 })).status, 303);
  });

  it('is named with how wrong it seems to be', async () => {
    const refused = await signInWith(420);
    assert.equal(refused.status, 400);
    assert.match(
      (await refused.json()).error_description,
      /used too early: iat is 420 s ahead .*clockTolerance is 60 s/,
    );
    assert.match((await (await signInWith(-3_700)).json()).error_description, /over for 100 s/);
  });
});

describe('another provider', () => {
  it('cannot answer in the place of the one that was asked (mix-up)', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const visitor = new VirtualVisitor(openVirtualHouse());
      const state = askedOf(await visitor.ask('/login')).get('state') ?? '';
      const query = new URLSearchParams({ state, code: 'stolen', ...(iss !== undefined && { iss }) });
      const refused = await visitor.ask(`/callback?${query.toString()}`);
      assert.deepEqual([refused.status, (await refused.json()).error], [400, 'bad_answer']);
      assert.deepEqual(visitor.house.provider.forms, []);
    }
  });

  it('is none that spells its name with a slash at the end: client assertions name it as it does itself', async () => {
    const provider = new VirtualProvider();
    const spelt = `${provider.issuer}/`;
    const environment: Partial<Environment> = {
      async fetch(url, init) {
        const answer = await provider.serve(new Request(url, init));
        const isMetadata = url.endsWith('/.well-known/openid-configuration');
        return isMetadata ? Response.json({ ...(await answer.json()), issuer: spelt }) : answer;
      },
    };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const house = openVirtualHouse(
      { issuerBaseURL: spelt, clientAssertionSigningKey: privateKey, environment },
      provider,
    );
    const visitor = new VirtualVisitor(house);
    const [path, app, init] = await visitor.bring(await visitor.ask('/login'));
    const back = await visitor.ask(path.replace('id.example', 'id.example%2F'), app, init);
    assert.equal(back.status, 303);
    assert.equal(decode(provider.forms[0]?.get('client_assertion') ?? '')?.aud, spelt);
  });

  it('cannot pass for this one by its metadata', async () => {
    const house = openVirtualHouse({ issuerBaseURL: 'https://other.example' });
    const refused = await new VirtualVisitor(house).ask('/login');
    assert.deepEqual([refused.status, (await refused.json()).error], [500, 'misconfigured']);
  });
});

describe('the way back', () => {
  for (const elsewhere of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    ' //evil.example',
    'https:evil.example',
    'https://app.example@evil.example/',
    'https://app.example.evil.example/',
    'javascript:alert(1)',
    '/%0d%0a//evil.example/..//evil.example',
    '/..//evil.example',
  ]) {
    it(`never leads out of the app: ${JSON.stringify(elsewhere)}`, async () => {
      const visitor = new VirtualVisitor(openVirtualHouse());
      const away = await visitor.ask('/', (context) => context.login({ returnTo: elsewhere }));
      const location = (await visitor.follow(away)).headers.get('location') ?? '';
      const { origin, pathname } = new URL(location);
      assert.equal(origin, home);
      assert.ok(!pathname.startsWith('//'));
    });
  }
});

describe('session fixation', () => {
  it('is not possible: a sign-in makes a new id, and takes none that came from outside', async () => {
    const house = openVirtualHouse();
    const visitor = new VirtualVisitor(house);
    await visitor.signIn();
    const before = visitor.cookies.get('__Host-appSession');
    visitor.cookies.set('__Host-appSession', before ?? '');
    await visitor.signIn();
    assert.notEqual(visitor.cookies.get('__Host-appSession'), before);
  });
});
