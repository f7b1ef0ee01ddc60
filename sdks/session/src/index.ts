export * from './answer.ts';
export * from './jwt.ts';
export * from './schedule.ts';
export * from './server-clock.ts';
export * from './session-end.ts';
export * from './session-record.ts';
export * from './state.ts';
export * from './token-set.ts';
