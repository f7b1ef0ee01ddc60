// #region fetch
import { optionsFromEnvironment } from '@ostiary/web';
import { createAuth } from '@ostiary/web/fetch';

export const auth = createAuth({ ...optionsFromEnvironment(process.env), authRequired: false });

/** A route handler of Next.js, Remix or SvelteKit, or a server of its own: whatever gets a `Request` and gives a `Response`. */
export function GET(request: Request): Promise<Response> {
  return auth.handle(request, async ({ oidc, requiresAuth }) => {
    const login = await requiresAuth();
    return login ?? new Response(`Hello ${String(oidc.user?.['name'])}`);
  });
}
// #endregion fetch
