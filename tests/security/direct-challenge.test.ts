import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labSpa, openIssuer } from '@ostiary/http/fixture';
import type { ClientId } from '@ostiary/wire';
import {
  ada,
  askedFor,
  challengeProof,
  codeByPassword,
  devicesOf,
  phone,
  phoneClient,
  phoneTokens,
  postChallenge,
  redeemWith,
} from './direct.fixture.ts';
import { encode, prover, renewWith, userinfoWith, type Prover } from './dpop.fixture.ts';
import {
  decode,
  houseClients,
  native,
  openHouse,
  refusedWith,
  renew,
  spa,
  web,
  type House,
  type Party,
} from './house.fixture.ts';

const secondApp: Party = { ...phone, id: 'lab-tablet', fields: { client_id: 'lab-tablet' } };

let house: House;
let key: Prover;
before(async () => {
  const clients = [
    ...houseClients(),
    { metadata: phoneClient() },
    { metadata: phoneClient({ client_id: 'lab-retired' as ClientId }) },
    { metadata: phoneClient({ client_id: 'lab-tablet' as ClientId, type: 'native', redirect_uris: [] }) },
  ];
  house = await openHouse({ settings: { clients } });
  key = prover();
});
after(() => house.close());

const wrong = { ...ada, password: 'not the password' };

describe('a client that another node took out of service', () => {
  it('learns of no password, and signs nobody in', async () => {
    const ids = house.service.settings.clients.map(({ metadata }) => metadata.client_id);
    const standing = ids.filter((id) => id !== 'lab-retired');
    await house.service.store.clients.sync(standing, house.clock.now());
    const client: Party = { ...phone, id: 'lab-retired', fields: { client_id: 'lab-retired' } };
    const before = await devicesOf(house);
    for (const credentials of [ada, wrong]) {
      refusedWith(await postChallenge(house, key, { ...askedFor, ...credentials }, { client }), 'invalid_client');
    }
    assert.deepEqual(await devicesOf(house), before);
  });
});

describe('the authorization challenge: name and password for a code', () => {
  it('gives a code that is good for tokens bound to the key of the device', async () => {
    const tokens = await phoneTokens(house, key);
    const { claims } = decode(tokens.access_token);
    assert.deepEqual(claims['cnf'], { jkt: key.jkt });
    assert.equal(tokens['token_type'], 'DPoP');
    assert.equal(claims['scope'], 'openid offline_access eq1');
    assert.equal((await userinfoWith(house, key, tokens.access_token)).status, 200);
    assert.equal((await renewWith(house, key, tokens.refresh_token, { client: phone })).status, 200);
  });

  it('is named in the metadata where an app may use it, and nowhere else', async () => {
    const here = await house.request('/.well-known/oauth-authorization-server');
    const named = ((await here.json()) as Record<string, unknown>)['authorization_challenge_endpoint'];
    assert.equal(named, 'http://localhost:4000/authorize-challenge');
    const elsewhere = await openIssuer();
    const document = await (await elsewhere.request('/.well-known/openid-configuration')).json();
    assert.equal(Object.hasOwn(document as object, 'authorization_challenge_endpoint'), false);
    await elsewhere.close();
  });

  it('asks for credentials that are missing, and keeps what was asked for', async () => {
    const first = await postChallenge(house, key, askedFor);
    refusedWith(first, 'insufficient_authorization', 403);
    assert.equal(first.headers.get('cache-control'), 'no-store');
    const session = String(first.body['auth_session']);
    const second = await postChallenge(house, key, { auth_session: session, username: ada.username });
    refusedWith(second, 'insufficient_authorization', 403);
    assert.equal(second.body['auth_session'], session);
    const third = await postChallenge(house, key, { auth_session: session, ...ada });
    assert.equal(third.status, 200, JSON.stringify(third.body));
    const tokens = await redeemWith(house, key, String(third.body['authorization_code']));
    assert.equal(tokens.body['scope'], askedFor.scope);
  });

  it('leads to the web page where a password is not enough, or consent is asked for', async () => {
    for (const [name, value] of [
      ['prompt', 'consent'],
      ['prompt', 'select_account'],
      ['acr_values', '2'],
    ] as const) {
      refusedWith(await postChallenge(house, key, { ...askedFor, ...ada, [name]: value }), 'redirect_to_web', 403);
    }
  });

  it('makes a session and records the consent, which the user can take back', async () => {
    const tokens = await phoneTokens(house, key);
    const user = await house.service.store.users.findByUsername(ada.username);
    assert.ok(user);
    const consents = await house.service.store.consents.list(user.id);
    assert.ok(consents.some(({ clientId, scopes }) => clientId === phone.id && scopes.includes('offline_access')));
    assert.match(String(decode(tokens.access_token).claims['sid']), /^ses_/);
    const kinds = (await house.service.store.audit.listByUser(user.id, 20)).map(({ kind }) => kind);
    for (const kind of ['session_started', 'family_born']) assert.ok(kinds.includes(kind as never), kind);
  });
});

describe('rows 52 and 104 (RFC 9449 10): a code and its tokens are bound to the key', () => {
  it('without a proof there is nothing', async () => {
    refusedWith(await postChallenge(house, undefined, { ...askedFor, ...ada }), 'invalid_dpop_proof');
  });

  it('a code is no good with the key of another device', async () => {
    const code = await codeByPassword(house, key);
    refusedWith(await redeemWith(house, prover(), code), 'invalid_grant');
    assert.equal((await redeemWith(house, key, code)).status, 200);
  });

  it('a refresh token taken from one device is refused on another, and its family lives', async () => {
    const tokens = await phoneTokens(house, key);
    refusedWith(await renewWith(house, prover(), tokens.refresh_token, { client: phone }), 'invalid_grant');
    refusedWith(await renew(house, phone, tokens.refresh_token), 'invalid_grant');
    assert.equal((await renewWith(house, key, tokens.refresh_token, { client: phone })).status, 200);
  });

  it('an access token taken from one device is worthless on another', async () => {
    const tokens = await phoneTokens(house, key);
    assert.equal((await userinfoWith(house, prover(), tokens.access_token)).status, 401);
    const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } };
    assert.equal((await house.request('/userinfo', bearer)).status, 401);
  });

  it('a proof is good once, for this endpoint', async () => {
    const proof = await challengeProof(house, key);
    assert.equal((await postChallenge(house, key, { ...askedFor, ...ada }, { proof })).status, 200);
    refusedWith(await postChallenge(house, key, { ...askedFor, ...ada }, { proof }), 'invalid_dpop_proof');
    const elsewhere = { claims: { htu: `${house.service.settings.issuer}/token` } };
    const wrongPlace = await postChallenge(house, key, { ...askedFor, ...ada }, { changes: elsewhere });
    refusedWith(wrongPlace, 'invalid_dpop_proof');
  });

  it('a dpop_jkt of another key is refused', async () => {
    const other = { dpop_jkt: prover().jkt };
    refusedWith(await postChallenge(house, key, { ...askedFor, ...ada, ...other }), 'invalid_request');
  });
});

describe('rows 161 and 169: fixation of an auth_session', () => {
  const begin = async () => String((await postChallenge(house, key, askedFor)).body['auth_session']);

  it('another key, another client and an invented one are refused', async () => {
    const session = await begin();
    const fields = { auth_session: session, ...ada };
    refusedWith(await postChallenge(house, prover(), fields), 'invalid_session');
    refusedWith(await postChallenge(house, key, fields, { client: secondApp }), 'invalid_session');
    refusedWith(await postChallenge(house, key, { ...fields, auth_session: 'x'.repeat(43) }), 'invalid_session');
    assert.equal((await postChallenge(house, key, fields)).status, 200);
  });

  it('it leads to one code and is over after ten minutes', async () => {
    const used = { auth_session: await begin(), ...ada };
    assert.equal((await postChallenge(house, key, used)).status, 200);
    refusedWith(await postChallenge(house, key, used), 'invalid_session');
    const late = { auth_session: await begin(), ...ada };
    house.clock.advance(601);
    refusedWith(await postChallenge(house, key, late), 'invalid_session');
  });

  it('the ticket of a page is no auth_session', async () => {
    const page = await house.browser().open(`/authorize?client_id=lab-spa&${new URLSearchParams(askedFor).toString()}`);
    const ticket = page.hidden['ticket'] ?? '';
    assert.ok(ticket.length > 20);
    refusedWith(await postChallenge(house, key, { auth_session: ticket, ...ada }), 'invalid_session');
  });

  it('it stands in no store and no log in the clear', async () => {
    const session = await begin();
    assert.equal(await house.service.store.interactions.find(session as never), undefined);
    assert.ok(!house.log.join('\n').includes(session));
  });
});

describe('row 153: an app learns nothing about who has an account', () => {
  it('an unknown user, a disabled one and a wrong password get the same answer', async () => {
    const answers = await Promise.all(
      [wrong, { ...wrong, username: 'nobody@example.com' }, { ...wrong, username: 'x'.repeat(300) }].map((fields) =>
        postChallenge(house, key, { ...askedFor, ...fields }),
      ),
    );
    const [first] = answers;
    for (const answer of answers) {
      refusedWith(answer, 'access_denied');
      assert.deepEqual(answer.body, first?.body);
    }
  });

  it('an unknown user costs one hash, as a known one does', async () => {
    let hashes = 0;
    const { passwords } = house.service;
    const check = passwords.check.bind(passwords);
    passwords.check = (...given) => {
      hashes += 1;
      return check(...given);
    };
    await postChallenge(house, key, { ...askedFor, ...wrong, username: 'nobody-else@example.com' });
    assert.equal(hashes, 1);
    passwords.check = check;
  });

  it('the log says why somebody was turned down, and which app it was', async () => {
    await postChallenge(house, key, { ...askedFor, ...wrong });
    await postChallenge(house, key, { auth_session: 'unknown', ...ada });
    for (const reason of ['credentials_wrong', 'auth_session_invalid'])
      assert.ok(
        house.log.some((line) => /authorization_refused.*lab-phone/.test(line) && line.includes(reason)),
        reason,
      );
  });

  it('no password, username or code is in the log or may be in the address', async () => {
    const text = house.log.join('\n');
    for (const secret of [ada.password, wrong.password, 'ada@example.com']) assert.ok(!text.includes(secret), secret);
    const inQuery = await house.request('/authorize-challenge?username=ada&password=x', {
      method: 'POST',
      body: new URLSearchParams({ ...askedFor, ...phone.fields }),
    });
    assert.equal(inQuery.status, 400);
  });
});

describe('row 152: guessing through an app', () => {
  it('page and app share the allowance of an account, and a known device has its own', async () => {
    const fresh = await openHouse({ settings: { clients: [...houseClients(), { metadata: phoneClient() }] } });
    const owner = prover();
    await codeByPassword(fresh, owner);
    const stranger = prover();
    for (let tries = 0; tries < 3; tries += 1) {
      refusedWith(await postChallenge(fresh, stranger, { ...askedFor, ...wrong }), 'access_denied');
    }
    const browser = fresh.browser();
    const page = await browser.open('/sign-in');
    for (let tries = 0; tries < 2; tries += 1) await browser.submit(page, wrong);
    const limited = await postChallenge(fresh, stranger, { ...askedFor, ...ada });
    refusedWith(limited, 'slow_down', 429);
    assert.ok(Number(limited.headers.get('retry-after')) > 0);
    assert.ok((await codeByPassword(fresh, owner)).length > 20);
    await fresh.close();
  });

  it('an address is limited however many names it tries', async () => {
    const address = '198.51.100.7';
    const statuses = [];
    for (let tries = 0; tries < 21; tries += 1) {
      const fields = { ...askedFor, ...wrong, username: `name-${tries}@example.com` };
      statuses.push((await postChallenge(house, key, fields, { address })).status);
    }
    assert.deepEqual([statuses.indexOf(429), statuses.at(-1)], [20, 429]);
  });
});

describe('devices: an installed app stays the device that it was', () => {
  it('the same key is the same device, under the name that it gives itself', async () => {
    const own = prover();
    const before = (await devicesOf(house)).length;
    const first = await phoneTokens(house, own, { device_name: 'Ada\u2019s phone' });
    const again = await phoneTokens(house, own);
    assert.equal(decode(first.access_token).claims['dev'], decode(again.access_token).claims['dev']);
    const devices = await devicesOf(house);
    assert.equal(devices.length, before + 1);
    assert.equal(devices.find(({ id }) => id === decode(first.access_token).claims['dev'])?.name, 'Ada\u2019s phone');
  });

  it('a device without a name is called as its app is', async () => {
    const tokens = await phoneTokens(house, prover());
    const dev = decode(tokens.access_token).claims['dev'];
    assert.equal((await devicesOf(house)).find(({ id }) => id === dev)?.name, 'Lab Phone');
  });

  it('two users of one key share nothing', async () => {
    const own = prover();
    const [first, second] = [
      await phoneTokens(house, own),
      await phoneTokens(house, own, { username: 'bob@example.com', password: 'bob-demo-password' }),
    ];
    assert.notEqual(decode(first.access_token).claims['dev'], decode(second.access_token).claims['dev']);
  });

  it('a name that could pretend to be something else is refused', async () => {
    for (const name of ['a\u202eb', 'a\nb', 'x'.repeat(65)]) {
      refusedWith(await postChallenge(house, key, { ...askedFor, ...ada, device_name: name }), 'invalid_request');
    }
  });
});

describe('who may not', () => {
  for (const [what, party] of [
    ['a spa', spa],
    ['a native client that is not switched on', native],
    ['a back end', web],
  ] as const) {
    it(`${what} may not`, async () => {
      refusedWith(await postChallenge(house, key, { ...askedFor, ...ada }, { client: party }), 'unauthorized_client');
    });
  }

  it('no page of another origin may read an answer', async () => {
    const origin = labSpa().allowedOrigins[0] ?? '';
    const answer = await postChallenge(house, key, { ...askedFor, ...ada }, { headers: { origin } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    const preflight = await house.request('/authorize-challenge', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
  });

  it('PKCE is asked for, as everywhere', async () => {
    const { code_challenge: _, ...bare } = askedFor;
    refusedWith(await postChallenge(house, key, { ...bare, ...ada }), 'invalid_request');
  });

  it('a code is not good for another app of the house', async () => {
    const code = await codeByPassword(house, key);
    refusedWith(await redeemWith(house, key, code, secondApp), 'invalid_grant');
  });

  it('garbage is answered by 4xx', async () => {
    for (const dpop of ['x', encode({}), `${encode({})}.${encode({})}.x`]) {
      const answer = await postChallenge(house, key, { ...askedFor, ...ada }, { proof: dpop });
      assert.equal(answer.status, 400);
    }
  });
});
