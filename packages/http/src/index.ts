export type { DevelopmentOverlay, OverlayChange, Peer, TestClock } from './context.ts';
export { createHandler, type Handler, type HandlerOptions } from './handler.ts';
