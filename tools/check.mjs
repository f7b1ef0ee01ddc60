// npm run check [-- --fix] [-- STEP ...]: everything that needs no server and no browser, in under half a minute.
import { writeInMemory } from './quick-folder.mjs';
import { prepare } from './setup.mjs';
import { checkSteps, runSteps } from './steps.mjs';

const wanted = process.argv.slice(2).filter((word) => word !== '--fix');
const fix = process.argv.includes('--fix');
const steps = checkSteps(await prepare(), fix);
const unknown = wanted.find((name) => !steps.some((step) => step.name === name));
if (unknown) {
  process.stderr.write(`no step is called "${unknown}"; there are: ${steps.map((step) => step.name).join(', ')}\n`);
  process.exit(2);
}
writeInMemory();
const chosen = wanted.length > 0 ? steps.filter((step) => wanted.includes(step.name)) : steps;
const { passed, failed } = await runSteps(chosen, fix);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
