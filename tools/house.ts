// The rules of the house that no off-the-shelf tool knows. Length of files and functions is in .oxlintrc.json.
import { join } from 'node:path';
import { checkBarrels } from './rules/barrels.ts';
import { checkLinks } from './rules/links.ts';
import { checkLock } from './rules/lock.ts';
import { checkMap } from './rules/map.ts';
import { checkNames } from './rules/names.ts';
import { checkPurity } from './rules/purity.ts';
import { checkTests } from './rules/tests.ts';
import { checkText } from './rules/text.ts';
import { printFindings, readSources } from './sources.ts';

const rules = [checkNames, checkBarrels, checkPurity, checkTests, checkText, checkLinks, checkMap, checkLock];

const files = readSources(join(import.meta.dirname, '..'));
printFindings(rules.flatMap((rule) => rule(files)));
