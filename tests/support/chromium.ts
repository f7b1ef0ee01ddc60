import { chromium, type Browser } from 'playwright-core';

/** Opens the system's Chromium, which keeps to itself; each of its contexts is a fresh profile. */
export function openChromium(): Promise<Browser> {
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
