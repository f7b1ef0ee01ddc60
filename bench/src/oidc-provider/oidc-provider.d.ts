// The part of oidc-provider's surface that the benchmark uses; the package ships no types.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Saved {
    save(): Promise<string>;
  }
  interface GrantInstance extends Saved {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
  }
  type TokenClass = new (properties: Record<string, unknown>) => Saved;

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    Grant: new (properties: { accountId: string; clientId: string }) => GrantInstance;
    AuthorizationCode: TokenClass;
    RefreshToken: TokenClass;
    Client: { find(clientId: string): Promise<object | undefined> };
  }
}
