import { launchChromium } from './chromium.ts';
import { openLabHouse } from './lab-house.ts';
const house = await openLabHouse();
const chromium = await launchChromium();
for (const [name, path] of [
  ['direct', '/direct'],
  ['service', '/service'],
] as const)
  for (const [tag, width, scheme] of [
    ['light', 1280, 'light'],
    ['dark', 1280, 'dark'],
    ['phone', 320, 'light'],
  ] as const) {
    const context = await chromium.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
    const page = await context.newPage();
    page.on('console', (m) => console.log('console', m.text()));
    page.on('pageerror', (e) => console.log('error', e.message));
    const r = await page.goto(house.lab + path);
    if (r?.status() !== 200) {
      console.log(path, r?.status());
      continue;
    }
    await page.waitForTimeout(1500);
    if (name === 'direct' && tag !== 'phone') {
      await page.getByTestId('phone-sign-in').click();
      await page.waitForTimeout(1500);
      await page.getByTestId('laptop-sign-in').click();
      await page.waitForTimeout(1200);
      if (tag === 'light') {
        await page.getByTestId('advance-10').click();
        await page.waitForTimeout(1500);
      }
    }
    if (name === 'service' && tag !== 'phone') {
      await page.getByTestId('sign-in').click();
      await page.waitForTimeout(2500);
    }
    await page.screenshot({ path: `/tmp/shot-${name}-${tag}.png`, fullPage: true });
    await context.close();
  }
await chromium.close();
await house.close();
