/*
 * Loaded before the program (`--import`): counts what it does to files and databases, and kills it before the step that
 * OSTIARY_TEST_KILL_AT names. A run that comes to its end writes how many steps it took to OSTIARY_TEST_STEPS.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

const killAt = Number(process.env['OSTIARY_TEST_KILL_AT'] ?? Infinity);
const stepsFile = process.env['OSTIARY_TEST_STEPS'];
let steps = 0;

function counted<This, Arguments extends unknown[], Result>(
  work: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  return function (...values) {
    steps += 1;
    if (steps === killAt) process.kill(process.pid, 'SIGKILL');
    return work.apply(this, values);
  };
}

const { writeFileSync } = fs;
fs.mkdirSync = counted(fs.mkdirSync) as typeof fs.mkdirSync;
fs.copyFileSync = counted(fs.copyFileSync);
fs.linkSync = counted(fs.linkSync);
fs.renameSync = counted(fs.renameSync);
fs.rmSync = counted(fs.rmSync);
fs.fsyncSync = counted(fs.fsyncSync);
syncBuiltinESMExports();
DatabaseSync.prototype.exec = counted(DatabaseSync.prototype.exec);
DatabaseSync.prototype.close = counted(DatabaseSync.prototype.close);
StatementSync.prototype.run = counted(StatementSync.prototype.run) as typeof StatementSync.prototype.run;

process.once('exit', () => stepsFile !== undefined && writeFileSync(stepsFile, String(steps)));
