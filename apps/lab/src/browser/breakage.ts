/** What the reader breaks between the app and the servers. */
export interface Breakage {
  /** The next answer of the token endpoint is thrown away after the issuer has sent it. */
  losesAnswer: boolean;
  /** The next token request gets a 503 and never arrives. */
  isBusy: boolean;
  isOffline: boolean;
}

export function createBreakage(): Breakage {
  return { losesAnswer: false, isBusy: false, isOffline: false };
}
