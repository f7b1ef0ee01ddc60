export type * from './audit.ts';
export type * from './authorization.ts';
export type * from './ended.ts';
export type * from './family.ts';
export type * from './plan.ts';
export type * from './secret.ts';
export type * from './states.ts';
export type * from './user.ts';
