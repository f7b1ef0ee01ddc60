import type { Client } from '@ostiary/browser';
import { RequireSignIn, SessionProvider, SignedIn, SignedOut, useSession } from '@ostiary/browser/react';
import { createElement as h, StrictMode, useState, type ReactElement, type TextareaHTMLAttributes } from 'react';

/** An app as others write it: a public page, and notes for those who are signed in. */
export function App({ client, path }: { client: Client; path: string }): ReactElement {
  const page = path.startsWith('/notes') ? h(Guarded) : h(Front);
  return h(StrictMode, null, h(SessionProvider, { client }, h('h1', null, 'Notes'), page));
}

function Front(): ReactElement {
  const { signIn, isLoading, error } = useSession();
  return h(
    'main',
    null,
    isLoading ? h('p', null, 'One moment') : null,
    error === undefined ? null : h('p', { role: 'alert' }, error.message),
    h(SignedOut, null, h('button', { onClick: () => void signIn() }, 'Sign in')),
    h(SignedIn, null, h(Account)),
  );
}

function Account(): ReactElement {
  const { user, signOut } = useSession();
  return h(
    'p',
    { id: 'user' },
    `Hello ${user?.['name'] as string} `,
    h('button', { onClick: () => void signOut({ atProvider: false }) }, 'Sign out'),
  );
}

function Guarded(): ReactElement {
  const { signIn } = useSession();
  const again = h('button', { onClick: () => void signIn() }, 'Sign in again');
  return h(RequireSignIn, { fallback: h('p', null, 'Not signed in'), whenEnded: again }, h(Note), h(Account));
}

function Note(): ReactElement {
  const { getAccessToken } = useSession();
  const [text, setText] = useState('');
  const [length, setLength] = useState('nothing');
  const save = () =>
    getAccessToken().then(
      (token) => setLength(String(token.length)),
      () => setLength('refused'),
    );
  return h(
    'form',
    null,
    h<TextareaHTMLAttributes<HTMLTextAreaElement>, HTMLTextAreaElement>('textarea', {
      'aria-label': 'Note',
      value: text,
      onChange: (event) => setText(event.target.value),
    }),
    h('button', { type: 'button', onClick: () => void save() }, 'Save'),
    h('output', null, length),
  );
}
