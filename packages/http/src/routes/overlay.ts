import { disableUser, enableUser, isUserDisabled } from '@ostiary/service';
import type { Service, Settings } from '@ostiary/service';
import type { Hono } from 'hono';
import { jsonAnswer } from '../answers.ts';
import type { Bindings, DevelopmentOverlay } from '../context.ts';
import { jsonBody } from './development.ts';

/** What may be changed: how the thing is named, and its fields. */
const changeable = {
  api: { name: 'identifier', fields: ['accessTokenSeconds', 'accessTokenBrowserSeconds', 'allowOfflineAccess'] },
  client: { name: 'client_id', fields: ['apis'] },
  user: { name: 'username', fields: ['isDisabled'] },
} as const;

type Kind = keyof typeof changeable;

interface Change {
  kind: Kind;
  name: string;
  fields: Record<string, unknown>;
}

type Outcome = { ok: true; settings: Settings } | { ok: false; problems: string[] };

/**
 * The development overlay: settings of APIs, permissions of clients, and whether a user may sign in, changed while the server
 * runs. Only in development; JSON alone, so that no form of another site can change anything.
 */
export function overlayRoutes(app: Hono<Bindings>, service: Service, overlay: DevelopmentOverlay): void {
  app.get('/development/overlay', async (c) => jsonAnswer(c, await stateOf(service, service.settings)));
  app.post('/development/overlay', async (c) => {
    const read = readChange(await jsonBody(c));
    const done = read.ok ? await carryOutChange(read.change, service, overlay) : read;
    if (done.ok) return jsonAnswer(c, await stateOf(service, done.settings));
    return jsonAnswer(c, { error: 'invalid_request', error_description: done.problems.join('; ') }, 400);
  });
}

function carryOutChange(change: Change, service: Service, overlay: DevelopmentOverlay): Promise<Outcome> {
  const { kind, name, fields } = change;
  if (kind === 'user') return changeUser(service, name, fields['isDisabled']);
  return overlay.change({ list: kind === 'api' ? 'apis' : 'clients', name, fields });
}

/** Through the service, as the command line does it: sessions and refresh tokens end, and stay ended. */
async function changeUser(service: Service, username: string, isDisabled: unknown): Promise<Outcome> {
  if (typeof isDisabled !== 'boolean') return refused('user.isDisabled: must be true or false');
  const isDone = await (isDisabled ? disableUser : enableUser)(service, username);
  return isDone ? { ok: true, settings: service.settings } : refused(`user.username: there is no user "${username}"`);
}

function readChange(body: unknown): { ok: true; change: Change } | { ok: false; problems: string[] } {
  const members = isObject(body) ? Object.entries(body) : [];
  const [kind, value] = members[0] ?? [];
  if (members.length !== 1 || !isKind(kind) || !isObject(value))
    return refused('send JSON with one of "api", "client" and "user": { "api": { "identifier": "...", ... } }');
  const { name: nameField, fields: known } = changeable[kind];
  const { [nameField]: name, ...fields } = value;
  if (typeof name !== 'string') return refused(`${kind}.${nameField}: missing; it must be a text`);
  const unknown = Object.keys(fields).filter((field) => !known.some((one) => one === field));
  if (unknown.length === 0) return { ok: true, change: { kind, name, fields } };
  const remedy = `not to be changed here; what may be is ${known.join(', ')}`;
  return { ok: false, problems: unknown.map((field) => `${kind}.${field}: ${remedy}`) };
}

function refused(problem: string): { ok: false; problems: string[] } {
  return { ok: false, problems: [problem] };
}

function isKind(name: string | undefined): name is Kind {
  return name !== undefined && Object.hasOwn(changeable, name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Everything that may be changed, as it is in force. */
async function stateOf(service: Service, { apis, clients, users }: Settings) {
  return {
    apis: apis.map(({ identifier, name, accessTokenSeconds, accessTokenBrowserSeconds, allowOfflineAccess }) => ({
      identifier,
      name,
      accessTokenSeconds,
      accessTokenBrowserSeconds,
      allowOfflineAccess,
    })),
    clients: clients.map(({ metadata }) => ({ client_id: metadata.client_id, apis: metadata.apis })),
    users: await Promise.all(
      users.map(async ({ username }) => ({
        username,
        isDisabled: (await isUserDisabled(service, username)) === true,
      })),
    ),
  };
}
