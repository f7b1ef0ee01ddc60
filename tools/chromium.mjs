// The browser for the end-to-end tests: found, else installed where that is possible, never left out in silence.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @returns {{ path?: string, problem?: string }} the executable, or why there is none */
export function provideChromium() {
  const named = process.env.OSTIARY_CHROMIUM;
  if (named)
    return isExecutable(named) ? { path: named } : { problem: `OSTIARY_CHROMIUM names ${named}, which cannot be run` };
  const found = places.find(isExecutable);
  return found ? { path: found } : install();
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install() {
  const remedy = 'install Chromium, or set OSTIARY_CHROMIUM to its path';
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) {
    return {
      problem: `no Chromium found, and it cannot be installed from here (that needs root and apt-get): ${remedy}`,
    };
  }
  process.stderr.write('ostiary: no Chromium found: running "apt-get install chromium" (once, about a minute) ...\n');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { status } = spawnSync('apt-get', args, {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) return { problem: `"apt-get ${args.join(' ')}" failed with exit code ${status}: ${remedy}` };
  }
  const path = places.find(isExecutable);
  return path ? { path } : { problem: `apt-get installed Chromium, but it is in none of the known places: ${remedy}` };
}
