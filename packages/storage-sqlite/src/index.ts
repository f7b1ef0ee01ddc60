export { openSqliteStore } from './open.ts';
export type { SqliteOptions } from './open.ts';
export { openSqlitePromotion } from './promotion/open.ts';
export type { SqlitePromotion } from './promotion/open.ts';
export type { Promotion, PromotionMove, PromotionState } from './promotion/promotion.ts';
export type { TransferSource } from './promotion/source.ts';
