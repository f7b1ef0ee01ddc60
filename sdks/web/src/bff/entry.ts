export { createBff } from './bff.ts';
export type { Bff, BffOptions, BffUser } from './bff.ts';
export { bff } from './express-bff.ts';
export type { Upstream } from './upstream.ts';
