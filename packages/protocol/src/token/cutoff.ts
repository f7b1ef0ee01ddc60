/**
 * How much later than noted an ending may take effect, in seconds: the clocks of two nodes differ by 10 at most, since each that is
 * ready is within 5 of the database's; a commit is settled within 2; the rest is for pauses.
 */
export const latenessSeconds = 15;

/**
 * Tokens issued at or before this time (s) do not count any more, of a consent that was withdrawn or a client that was disabled.
 * While that holds, a token may have been issued a little after the time that was noted. Given or enabled again, new tokens follow
 * in the same second, and none of them may be taken for an old one.
 */
export function cutoffSeconds({ isOver, atMs }: { isOver: boolean; atMs: number }): number {
  const second = Math.floor(atMs / 1000);
  return isOver ? second + latenessSeconds : second - 1;
}
