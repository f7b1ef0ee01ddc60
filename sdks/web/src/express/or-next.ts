/** Errors go to the next handler of errors. */
export async function orNext(work: Promise<void>, next: (fault?: unknown) => void): Promise<void> {
  try {
    await work;
  } catch (fault) {
    next(fault);
  }
}
