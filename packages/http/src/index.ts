export type { Peer, TestClock } from './context.ts';
export { createHandler, type Handler, type HandlerOptions } from './handler.ts';
