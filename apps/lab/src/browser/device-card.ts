import type { SessionState } from '@ostiary/browser';
import { SessionError } from '@ostiary/browser';
import { createDirectClient } from '@ostiary/browser/direct';
import type { DirectClient } from '@ostiary/browser/direct';
import type { DirectCalls } from './direct-calls.ts';
import { html } from './dom.ts';

export interface DeviceOptions {
  /** Also the test id of what belongs to it. */
  id: string;
  name: string;
  renew: 'stealth' | 'onUse';
  calls: DirectCalls;
  isStateless: () => boolean;
  say: (text: string, isTrouble?: boolean) => void;
}

export interface DeviceCard {
  id: string;
  element: HTMLElement;
  /** The client of the last sign-in; each has the mode that was chosen for it. */
  client(): DirectClient;
  onClient(listener: (client: DirectClient) => void): void;
  /** What the page shows is of now. */
  show(): void;
}

/** One of Ada's devices: sign-in, session and tokens, as its app shows them. */
export function deviceCard(options: DeviceOptions): DeviceCard {
  const { id, name, calls, say } = options;
  const listeners: ((client: DirectClient) => void)[] = [];
  const state = html('p', { class: 'state', 'data-testid': `${id}-state`, role: 'status' });
  const form = signInForm(id);
  let client = open(options);
  const trouble = (fault: unknown) => say(`${name}: ${wordsFor(fault)}`, true);
  const buttons = verbButtons(id, (verb, label) => {
    void verbs[verb](client).then(() => say(`${name}: ${label.toLowerCase()}, done.`), trouble);
  });
  const show = () => {
    const now = client.state;
    state.dataset['kind'] = now.kind;
    state.textContent = describe(now);
    form.hidden = client.isSignedIn;
    buttons.hidden = !client.isSignedIn;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    client.close();
    client = open(options);
    client.onState(show);
    for (const listener of listeners) listener(client);
    void client
      .signIn(fieldsOf(form))
      .then(() => say(`${name} is signed in.`), trouble)
      .finally(show);
  });
  client.onState(show);
  show();
  const how = options.renew === 'stealth' ? 'It renews in stealth.' : 'It asks before the end.';
  const parts = [html('h2', {}, name), html('p', { class: 'quiet fine' }, how), state, form, buttons];
  const element = html('section', { class: 'card', 'aria-label': name }, ...parts, calls.stolenFrom(id));
  return { id, element, client: () => client, onClient: (listener) => void listeners.push(listener), show };
}

function signInForm(id: string): HTMLFormElement {
  const username = html('input', { name: 'username', autocomplete: 'username', value: 'ada@example.com' });
  const secret = { type: 'password', autocomplete: 'current-password', value: 'ada-demo-password' };
  return html(
    'form',
    { class: 'fields', 'data-testid': `${id}-form` },
    html('label', {}, 'Username', username),
    html('label', {}, 'Password', html('input', { name: 'password', ...secret })),
    html('div', { class: 'buttons' }, html('button', { class: 'primary', 'data-testid': `${id}-sign-in` }, 'Sign in')),
  );
}

/** Texts of a form by their names. */
function fieldsOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries(
    [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

const verbs = {
  renew: (client: DirectClient): Promise<unknown> => client.extend(),
  use: (client: DirectClient): Promise<unknown> => client.getAccessToken(),
  'sign-out': (client: DirectClient): Promise<unknown> => client.signOut(),
};
const labels: [keyof typeof verbs, string][] = [
  ['renew', 'Renew now'],
  ['use', 'Use the app'],
  ['sign-out', 'Sign out'],
];

function verbButtons(id: string, act: (verb: keyof typeof verbs, label: string) => void): HTMLDivElement {
  const buttons = labels.map(([verb, label]) => {
    const button = html('button', { type: 'button', 'data-testid': `${id}-${verb}` }, label);
    button.addEventListener('click', () => act(verb, label));
    return button;
  });
  return html('div', { class: 'buttons' }, ...buttons);
}

function open({ id, name, renew, calls, isStateless }: DeviceOptions): DirectClient {
  const base = `/direct/${isStateless() ? 'stateless' : 'stored'}`;
  const [signInUrl, refreshUrl, signOutUrl] = [`${base}/sign-in`, `${base}/refresh`, `${base}/sign-out`];
  return createDirectClient(
    {
      name: id,
      deviceId: calls.deviceId(id),
      deviceName: name,
      signInUrl,
      refreshUrl,
      signOutUrl,
      renew,
      warnSeconds: 300,
    },
    calls.environment(id),
  );
}

function describe(state: SessionState): string {
  switch (state.kind) {
    case 'signedOut':
      return 'Nobody is signed in.';
    case 'active':
      return 'Signed in.';
    case 'renewing':
      return 'Renewing.';
    case 'degraded':
      return `Signed in; the server cannot be reached (${state.reason}). It is tried again.`;
    case 'expiring':
      return `Signed in; the session ends in ${state.secondsLeft} s.`;
    case 'ended':
      return state.reason.code === 'expired'
        ? 'Session timed out. Your note is kept: sign in again.'
        : `Signed out by the server: ${state.reason.error?.description ?? 'invalid'}.`;
  }
}

function wordsFor(fault: unknown): string {
  if (!(fault instanceof SessionError)) throw fault;
  return fault.error === 'access_denied' ? 'username or password is wrong.' : `${fault.message}.`;
}
