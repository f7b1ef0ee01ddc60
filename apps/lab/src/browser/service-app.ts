import { byId, html } from './dom.ts';
import { formatInstant } from './human-time.ts';
import { isJsonObject } from './jwt.ts';

const status = byId('status', HTMLParagraphElement);
const list = byId('calls', HTMLOListElement);
const form = byId('sign-in-form', HTMLFormElement);

let accessToken: string | undefined;
let refreshToken: string | undefined;
/** What the user wanted when the session was over: done after the next sign-in. */
let unfinished: (() => Promise<void>) | undefined;
let leapMs = 0;

const say = (text: string, isTrouble = false) => {
  status.textContent = text;
  status.dataset['state'] = isTrouble ? 'error' : 'signed-in';
};

/** Asks the service, and writes down what it said. */
async function ask(
  path: string,
  sent?: Record<string, string>,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const headers = {
    ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    'content-type': 'application/json',
  };
  const init = sent === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(sent) };
  const response = await fetch(`/service/api/${path}`, init);
  const body: unknown = await response.json();
  const challenge = response.headers.get('www-authenticate');
  const said = `${response.status}${challenge === null ? '' : ` WWW-Authenticate: ${challenge}`}`;
  const item = html('li', { 'data-testid': 'call', 'data-path': path, 'data-status': String(response.status) });
  item.append(
    html('strong', {}, `${sent === undefined ? 'GET' : 'POST'} ${path}`),
    html('p', { class: 'quiet fine' }, said),
  );
  list.prepend(item);
  return { status: response.status, answer: isJsonObject(body) ? body : {} };
}

async function signIn(): Promise<void> {
  const fields = new FormData(form);
  const sent = { username: fieldOf(fields, 'username'), password: fieldOf(fields, 'password') };
  const { status: code, answer } = await ask('sign-in', sent);
  if (code !== 200) return say('Username or password is wrong.', true);
  accessToken = String(answer['accessToken']);
  refreshToken = String(answer['refreshToken']);
  say('Signed in: an access token for an hour, a refresh token for a year.');
  const goOn = unfinished;
  unfinished = undefined;
  await goOn?.();
}

function fieldOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

/** Reads the notes; renews once in the background where the access token is over. */
async function readNotes(isAgain = false): Promise<void> {
  const { status: code, answer } = await ask('notes');
  if (code === 200) return say(`Notes for the role ${String(answer['role'])}: ${String(answer['notes'])}`);
  if (isAgain || refreshToken === undefined) return askForPassword();
  const renewed = await ask('refresh', { refreshToken });
  if (renewed.status === 400 && renewed.answer['error'] === 'invalid_grant') return askForPassword();
  if (renewed.status !== 200) return say('The service cannot answer now; nothing is lost. Try again.', true);
  accessToken = String(renewed.answer['access_token']);
  await readNotes(true);
}

function askForPassword(): void {
  accessToken = undefined;
  refreshToken = undefined;
  unfinished = readNotes;
  say('Sign in to go on: the notes are opened then.', true);
  form.querySelector('input')?.focus();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn();
});
byId('notes', HTMLButtonElement).addEventListener('click', () => void readNotes());
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-advance]')) {
  button.addEventListener('click', () => void advance(button.dataset['advance'] ?? ''));
}

async function advance(seconds: string): Promise<void> {
  const { answer } = await ask('clock', { seconds });
  leapMs = Number(answer['nowMs']) - Date.now();
  tick();
}

const tick = () => void (byId('clock', HTMLElement).textContent = formatInstant(Date.now() + leapMs));
setInterval(tick, 1000);
tick();
