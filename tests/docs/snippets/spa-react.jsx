import { client } from './spa-sdk.ts';
// #region react
import { RequireSignIn, SessionProvider, useSession } from '@ostiary/browser/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

function App() {
  return (
    <SessionProvider client={client}>
      <RequireSignIn fallback={<Welcome />} whenEnded={<SignIn label="Your session has ended. Sign in again." />}>
        <Reports />
      </RequireSignIn>
    </SessionProvider>
  );
}

function Reports() {
  const { user, fetch, signOut } = useSession();
  const [text, setText] = useState('');
  const load = async () => {
    try {
      const response = await fetch('https://api.example.com/reports');
      setText(response.ok ? await response.text() : 'Try again later.');
    } catch {
      setText('Try again later.');
    }
  };
  return (
    <main>
      <h1>Reports</h1>
      <p>{user?.name}</p>
      <button onClick={() => void load()}>Load</button>
      <pre>{text}</pre>
      <button onClick={() => void signOut({ atProvider: false })}>Sign out</button>
    </main>
  );
}

function Welcome() {
  const { isLoading, error } = useSession();
  if (isLoading) return <p>One moment</p>;
  return (
    <main>
      {error && <p role="alert">{error.message}</p>}
      <SignIn label="Sign in" />
    </main>
  );
}

function SignIn({ label }) {
  const { signIn } = useSession();
  return <button onClick={() => void signIn()}>{label}</button>;
}

createRoot(document.querySelector('#root')).render(<App />);
// #endregion react
