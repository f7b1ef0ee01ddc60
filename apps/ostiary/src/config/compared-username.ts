/** A username as the service stores and compares it: case and the composition of accents do not tell two users apart. */
export function comparedUsername(username: string): string {
  return username.normalize('NFC').trim().toLowerCase();
}
