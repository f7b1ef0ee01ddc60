/** `count` different whole numbers from `first` to `last` at random; all of them when there are no more. */
export function drawNumbers(count: number, first: number, last: number): number[] {
  const wanted = Math.min(count, last - first + 1);
  const drawn = new Set<number>();
  while (drawn.size < wanted) drawn.add(first + Math.floor(Math.random() * (last - first + 1)));
  return [...drawn];
}
