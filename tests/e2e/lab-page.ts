import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { allowIfAsked, signInAs } from './issuer-pages.ts';
import type { LabHouse } from './lab-house.ts';

/** The tokens as the SDK stores them in the Lab's page. */
export interface StoredTokens {
  accessToken: string;
  refreshToken: string;
  idToken: string;
}

/** One request of the Lab's own log, the oldest first. */
export interface Exchange {
  purpose: string;
  status: string;
}

/** The Lab's page in one tab. Each verb waits until the page has done its work. */
export class LabPage {
  readonly page: Page;
  readonly #house: LabHouse;

  private constructor(page: Page, house: LabHouse) {
    this.page = page;
    this.#house = house;
  }

  static async open(context: BrowserContext, house: LabHouse, path = '/'): Promise<LabPage> {
    const lab = new LabPage(await context.newPage(), house);
    await lab.page.goto(house.lab + path);
    await lab.settled();
    return lab;
  }

  get home(): RegExp {
    return new RegExp(`^${this.#house.lab}/`);
  }

  /** From the button to the tokens, by way of the issuer's pages. */
  async signIn(who: 'ada' | 'bob' = 'ada'): Promise<StoredTokens> {
    await this.click('sign-in');
    await signInAs(this.page, who, this.home);
    assert.equal(await this.settled(), 'Signed in.');
    return this.tokens();
  }

  /** The same where the issuer still knows the person. */
  async signInSilently(): Promise<StoredTokens> {
    await this.click('sign-in');
    await allowIfAsked(this.page, this.home);
    assert.equal(await this.settled(), 'Signed in.');
    return this.tokens();
  }

  async click(id: string): Promise<void> {
    await this.page.getByTestId(id).click();
  }

  /** Clicks and gives what the page says when it is done. */
  async act(id: string): Promise<string> {
    await this.click(id);
    return this.settled();
  }

  /** Waits until nothing is worked on and says what the page says. */
  async settled(): Promise<string> {
    const idle = this.page.locator('#status[data-busy="false"]:not([data-state="loading"], [data-state="leaving"])');
    await idle.waitFor();
    return (await idle.textContent())?.trim() ?? '';
  }

  async tokens(): Promise<StoredTokens> {
    const key = `ostiary.lab-spa@${this.#house.issuer}`;
    const text = await this.page.evaluate((name) => sessionStorage.getItem(name), key);
    assert.ok(text !== null, 'the page has no tokens');
    return (JSON.parse(text) as { tokens: StoredTokens }).tokens;
  }

  async generation(): Promise<number> {
    return Number(await this.page.getByTestId('refresh-generation').textContent());
  }

  async exchanges(): Promise<Exchange[]> {
    const rows = await this.page.getByTestId('exchange').evaluateAll((items) =>
      items.map((item) => ({
        purpose: item.getAttribute('data-purpose') ?? '',
        status: item.getAttribute('data-status') ?? '',
      })),
    );
    return rows.toReversed();
  }
}
