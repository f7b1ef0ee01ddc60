import { error, warning } from '../problem.ts';
import type { Problem } from '../problem.ts';

export const minSecretLength = 16;

/** Whether a secret is one that can be sent, and that nobody guesses. */
export function secretProblems(secret: string, path: string, isDevelopment: boolean): Problem[] {
  // RFC 6749 appendix A.2: visible ASCII and space.
  if (!/^[\x20-\x7e]+$/.test(secret))
    return [error(path, 'must be plain ASCII; make it from random letters and digits')];
  if (secret.length >= minSecretLength) return [];
  const short = `has ${secret.length} characters; use at least ${minSecretLength}, drawn at random`;
  return [isDevelopment ? warning(path, `${short}: outside development it is refused`) : error(path, short)];
}
