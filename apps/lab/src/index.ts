export { startLab } from './lab.ts';
export type { Lab, LabOptions } from './lab.ts';
