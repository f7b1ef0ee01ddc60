import { TestBrowser } from '@ostiary/http/fixture';

/** The browser without script, talking over the network to an issuer that runs as a program. */
export function networkBrowser(issuer: string): TestBrowser {
  return new TestBrowser(
    (path, init) => fetch(path.startsWith('http') ? path : issuer + path, { redirect: 'manual', ...init }),
    issuer,
  );
}
