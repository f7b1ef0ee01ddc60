import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { basic, labWeb, postToken } from '@ostiary/http/fixture';
import { removeDevice } from '@ostiary/service';
import type { ClientId, ClientMetadata, Digest } from '@ostiary/wire';
import { ada, devicesOf } from './direct.fixture.ts';
import { decode, houseClients, openHouse, type House, type TokenAnswer } from './house.fixture.ts';

const secret = 'secret of the back end';
const backEnd = (changes: Partial<ClientMetadata> = {}) => ({
  metadata: labWeb({
    client_id: 'back-end' as ClientId,
    client_name: 'Lab back end',
    redirect_uris: [],
    directSignIn: true,
    ...changes,
  }),
  secretHash: createHash('sha256').update(secret).digest('base64url') as Digest,
});
const never = { rotation: 'off', boundTo: 'offline' } as const;

let house: House;
before(async () => {
  const clients = [
    ...houseClients(),
    backEnd(),
    backEnd({ client_id: 'other-back-end' as ClientId }),
    backEnd({ client_id: 'retired' as ClientId }),
    backEnd({ client_id: 'believed' as ClientId, believedUserAddress: true }),
    backEnd({ client_id: 'never-ending' as ClientId, refresh: never }),
    backEnd({ client_id: 'rotating' as ClientId, refresh: { ...never, rotation: 'on', idleSeconds: 600 } }),
  ];
  house = await openHouse({ settings: { clients } });
});
after(() => house.close());

interface CallOptions {
  client?: string;
  address?: string;
  headers?: Record<string, string>;
}

/** A JSON call as the back end makes it. */
async function call(
  path: string,
  body: unknown,
  { client = 'back-end', address, headers = {} }: CallOptions = {},
): Promise<TokenAnswer> {
  const init = {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...basic(client, secret), ...headers },
  };
  const response = await house.request(path, init, address);
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body: answer, headers: response.headers };
}

const signIn = (changes: Record<string, unknown> = {}, options: CallOptions = {}) =>
  call('/direct/sign-in', { ...ada, device_id: 'phone', device_name: 'Ada\u2019s phone', ...changes }, options);
const refresh = (token: unknown, changes: Record<string, unknown> = {}, options: CallOptions = {}) =>
  call('/direct/refresh', { refresh_token: token, device_id: 'phone', ...changes }, options);

async function signedIn(changes: Record<string, unknown> = {}, options: CallOptions = {}) {
  const { status, body } = await signIn(changes, options);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Record<string, unknown> & { access_token: string; refresh_token: string };
}

/** Error and status of an answer, and whether it tells the front end that the session is over. */
const told = ({ status, body }: TokenAnswer) => [status, body['error'], body['result']];
const isInvalid = [400, 'invalid_grant', 'invalid'];

describe('S5: the JSON call of a back end', () => {
  it('answers with tokens and with their ends in seconds since 1970', async () => {
    const nowSeconds = Math.floor(house.clock.now() / 1000);
    const tokens = await signedIn();
    assert.equal(tokens['access_token_expires_at'], nowSeconds + 3600);
    assert.equal(tokens['refresh_token_expires_at'], nowSeconds + 2_592_000);
    const { claims } = decode(tokens.access_token);
    assert.equal(claims['exp'], tokens['access_token_expires_at']);
    assert.equal(claims['scope'], 'offline_access read:reports eq1');
    assert.equal(claims['client_id'], 'back-end');
  });

  it('renews with the device that it was made for', async () => {
    const tokens = await signedIn();
    house.clock.advance(1800);
    const { status, body, headers } = await refresh(tokens.refresh_token);
    assert.equal(status, 200, JSON.stringify(body));
    assert.notEqual(body['access_token'], tokens.access_token);
    assert.equal(body['access_token_expires_at'], Math.floor(house.clock.now() / 1000) + 3600);
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  it('never is 0, in both answers, and is left out of the answers of OAuth', async () => {
    const options = { client: 'never-ending' };
    const tokens = await signedIn({}, options);
    assert.equal(tokens['refresh_token_expires_at'], 0);
    house.clock.advance(20 * 365 * 86_400);
    const { body } = await refresh(tokens.refresh_token, {}, options);
    assert.equal(body['refresh_token_expires_at'], 0, JSON.stringify(body));
  });

  it('asks for no more than it was given: scope narrows, and the wire says what was granted', async () => {
    const { claims } = decode((await signedIn({ scope: 'offline_access eq1' })).access_token);
    assert.equal(claims['scope'], 'offline_access eq1');
    assert.deepEqual(told(await signIn({ scope: 'write:everything' })), [400, 'invalid_scope', undefined]);
  });

  it('a rotating policy hands out the next token, and finds a thief', async () => {
    const options = { client: 'rotating' };
    const tokens = await signedIn({}, options);
    const next = await refresh(tokens.refresh_token, {}, options);
    assert.notEqual(next.body['refresh_token'], tokens.refresh_token);
    await refresh(next.body['refresh_token'], {}, options);
    assert.deepEqual(told(await refresh(tokens.refresh_token, {}, options)), isInvalid);
    assert.deepEqual(told(await refresh(next.body['refresh_token'], {}, options)), isInvalid);
  });
});

describe('a client that another node took out of service', () => {
  it('learns of no password, and signs nobody in', async () => {
    const ids = house.service.settings.clients.map(({ metadata }) => metadata.client_id);
    const standing = ids.filter((id) => id !== 'retired');
    await house.service.store.clients.sync(standing, house.clock.now());
    const before = await devicesOf(house);
    for (const password of [ada.password, 'not the password']) {
      const changes = { password, device_id: 'of-the-retired' };
      assert.deepEqual(told(await signIn(changes, { client: 'retired' })), [401, 'invalid_client', undefined]);
    }
    assert.deepEqual(await devicesOf(house), before);
  });
});

describe('a token of one device is worthless on another, and its family lives', () => {
  it('another device, a device that is not known, and none are refused', async () => {
    const tokens = await signedIn();
    await signedIn({ device_id: 'laptop', device_name: 'Ada\u2019s laptop' });
    for (const device_id of ['laptop', 'nowhere']) {
      assert.deepEqual(told(await refresh(tokens.refresh_token, { device_id })), isInvalid);
    }
    const bare = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const atTokenEndpoint = await postToken(house, bare, basic('back-end', secret));
    assert.deepEqual(told(atTokenEndpoint), [400, 'invalid_grant', undefined]);
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
  });

  it('another back end with a device of the same id is refused', async () => {
    const tokens = await signedIn();
    await signedIn({}, { client: 'other-back-end' });
    assert.deepEqual(told(await refresh(tokens.refresh_token, {}, { client: 'other-back-end' })), isInvalid);
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
  });

  it('the same id is the same device, and a removed one takes its own session with it alone', async () => {
    const phone = await signedIn();
    const again = await signedIn();
    const laptop = await signedIn({ device_id: 'laptop' });
    assert.equal(decode(phone.access_token).claims['dev'], decode(again.access_token).claims['dev']);
    await removed(String(decode(phone.access_token).claims['dev']));
    const ended = await refresh(phone.refresh_token);
    assert.deepEqual(told(ended), isInvalid);
    assert.equal(ended.body['error_cause'], 'device_removed');
    assert.equal((await refresh(laptop.refresh_token, { device_id: 'laptop' })).status, 200);
  });
});

/** The user removes a device, as on the account page. */
async function removed(deviceId: string): Promise<void> {
  const user = await house.service.store.users.findByUsername(ada.username);
  const device = (await devicesOf(house)).find(({ id }) => id === deviceId);
  assert.ok(user && device);
  const session = (await house.service.store.sessions.listLiving(user.id))[0];
  assert.ok(session);
  const browser = { address: '127.0.0.1', userAgent: '', correlationId: 'removal' };
  await removeDevice(house.service, { user, device, session }, device.id, browser);
}

describe('rows 152 and 153: guessing through a back end', () => {
  it('an unknown user and a wrong password get the same answer', async () => {
    const wrong = await signIn({ password: 'not the password' });
    const unknown = await signIn({ username: 'nobody@example.com' });
    assert.deepEqual(told(wrong), [400, 'access_denied', undefined]);
    assert.deepEqual(unknown.body, wrong.body);
  });

  it('an account is limited, wherever the tries come from', async () => {
    const tries = [];
    for (let count = 0; count < 6; count += 1)
      tries.push((await signIn({ username: 'bob@example.com', password: 'wrong', device_id: `d${count}` })).status);
    assert.deepEqual(tries.at(-1), 429);
  });

  const statuses = async (client: string, tries: number, addressOf: (count: number) => string) => {
    const all = [];
    for (let count = 0; count < tries; count += 1) {
      const fields = { username: `${client}-${count}@example.com`, user_address: addressOf(count) };
      all.push((await signIn(fields, { client, address: `203.0.113.${client.length}` })).status);
    }
    return all;
  };

  it('what a back end says of addresses counts only where it is believed', async () => {
    const byBackEnd = await statuses('back-end', 21, (count) => `198.51.100.${count}`);
    assert.equal(byBackEnd.at(-1), 429);
    const byUser = await statuses('believed', 21, (count) => `198.51.100.${count}`);
    assert.ok(byUser.every((status) => status === 400));
    const oneUser = await statuses('believed', 21, () => '192.0.2.9');
    assert.equal(oneUser.at(-1), 429);
    const odd = await signIn({ user_address: 'not an address' }, { client: 'believed' });
    assert.deepEqual(told(odd), [400, 'invalid_request', undefined]);
  });
});

describe('who may call, and with what', () => {
  it('a client that is not switched on, and one that does not authenticate, may not', async () => {
    const off = await call('/direct/sign-in', { ...ada, device_id: 'x' }, { headers: basic() });
    assert.deepEqual(told(off), [400, 'unauthorized_client', undefined]);
    const wrongSecret = await signIn({}, { headers: basic('back-end', 'wrong') });
    assert.deepEqual(told(wrongSecret), [401, 'invalid_client', undefined]);
    const spa = await call(
      '/direct/sign-in',
      { ...ada, device_id: 'x', client_id: 'lab-spa' },
      { headers: { authorization: '' } },
    );
    assert.equal(spa.status >= 400 && spa.status < 500, true);
  });

  it('row 58: credentials in the address are refused', async () => {
    for (const name of ['password', 'username', 'refresh_token', 'client_secret']) {
      const answer = await call(`/direct/sign-in?${name}=x`, { ...ada, device_id: 'phone' });
      assert.deepEqual(told(answer), [400, 'invalid_request', undefined]);
    }
  });

  it('no page of another origin may read an answer', async () => {
    const answer = await signIn({}, { headers: { origin: 'http://localhost:4001' } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });

  for (const [what, body] of [
    ['a form', 'username=ada'],
    ['a list', []],
    ['a member that is no text', { ...ada, device_id: 7 }],
    ['no device', { ...ada, device_id: '' }],
    ['a device id with a space', { ...ada, device_id: 'a b' }],
    ['no password', { username: 'ada@example.com', device_id: 'x' }],
  ] as const) {
    it(`${what} is a clear 400`, async () => {
      const { status, body: answer } = await call('/direct/sign-in', body);
      assert.deepEqual([status, answer['error']], [400, 'invalid_request'], JSON.stringify(answer));
    });
  }

  it('says in the log why it turned a call down, and whose it was', async () => {
    await signIn({ password: 'not the password' });
    await signIn({ device_id: '' });
    for (const reason of ['credentials_wrong', 'parameter_missing'])
      assert.ok(
        house.log.some((line) => /authorization_refused.*back-end/.test(line) && line.includes(reason)),
        reason,
      );
  });

  it('keeps passwords and tokens out of the log', async () => {
    const tokens = await signedIn();
    const text = house.log.join('\n');
    for (const private_ of [ada.password, ada.username, tokens.refresh_token, tokens.access_token])
      assert.ok(!text.includes(private_));
  });
});
