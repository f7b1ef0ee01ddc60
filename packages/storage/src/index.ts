export type * from './audit.ts';
export type * from './clients.ts';
export * from './committer.ts';
export type * from './families.ts';
export type * from './flows.ts';
export type * from './keys.ts';
export * from './people.ts';
export type * from './store.ts';
export type * from './upkeep.ts';
