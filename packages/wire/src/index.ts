export * from './access-token.ts';
export * from './cause.ts';
export * from './client-metadata.ts';
export * from './ids.ts';
export type * from './introspection-answer.ts';
export * from './oauth-error.ts';
export * from './revocation-feed.ts';
export * from './scopes.ts';
export type * from './token-answer.ts';
