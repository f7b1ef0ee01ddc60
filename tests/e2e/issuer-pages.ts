import type { Page } from 'playwright-core';

/** Fills the issuer's sign-in page, and allows where the consent page follows. Ends wherever the browser is led. */
export async function signInAs(page: Page, who: 'ada' | 'bob', home: RegExp): Promise<void> {
  await page.locator('#username').fill(`${who}@example.com`);
  await page.locator('#password').fill(`${who}-demo-password`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await allowIfAsked(page, home);
}

/** Allows where the consent page is shown, and waits until the browser is back at `home`. */
export async function allowIfAsked(page: Page, home: RegExp): Promise<void> {
  await page.waitForURL((url) => url.pathname.endsWith('/consent') || home.test(url.href));
  if (home.test(page.url())) return;
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(home);
}
