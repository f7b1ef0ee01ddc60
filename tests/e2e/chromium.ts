import { chromium, type Browser } from 'playwright-core';

/** A real Chromium with a fresh profile. Every context of it is a device of its own: cookies and storage are not shared. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['OSTIARY_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
