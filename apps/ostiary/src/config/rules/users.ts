import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

export interface ConfiguredUser {
  /** Path in the file: `users[0]`. */
  at: string;
  username: string;
  /** The username as the service compares it. */
  comparedName: string;
  /** Absent when its reference leads nowhere. */
  password?: string;
  claims: Record<string, unknown>;
}

/** Demonstration passwords may be short; in development nobody but this machine can try them. */
export function checkUser({ at, comparedName, password, claims }: ConfiguredUser, isDevelopment: boolean): Problem[] {
  const fault = isDevelopment || password === undefined ? undefined : passwordFault(password);
  return [
    ...(comparedName === '' ? [error(`${at}.username`, 'is blank; give the user a name or an e-mail address')] : []),
    ...(fault === undefined ? [] : [error(`${at}.password`, fault)]),
    ...checkClaims(claims, `${at}.claims`),
  ];
}

/** NIST SP 800-63B-4 section 3.1.1.2: 15 characters where the password is the only factor. */
const minPasswordLength = 15;

/** What is wrong with the password of a new account, as the end of a sentence about it; undefined when nothing is. */
export function passwordFault(password: string): string | undefined {
  // Each code point counts as one character, says the same section.
  const length = Array.from(password.normalize('NFC')).length;
  if (length >= minPasswordLength) return undefined;
  const why = 'a password that is the only proof of a person needs that length (NIST SP 800-63B-4)';
  return `has ${length} characters; use at least ${minPasswordLength}: ${why}; a few words in a row will do`;
}

/** Claims that the issuer itself makes, or that make a token what it is. */
const reservedClaims = new Set(
  'iss sub aud exp iat nbf jti nonce auth_time acr amr azp sid at_hash c_hash client_id scope'.split(' '),
);

export function checkClaims(claims: Record<string, unknown>, at: string): Problem[] {
  return Object.keys(claims)
    .filter((name) => reservedClaims.has(name))
    .map((name) => error(`${at}.${name}`, 'is set by the issuer alone; remove it'));
}
