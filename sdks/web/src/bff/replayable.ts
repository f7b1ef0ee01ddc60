/** A body that may have to be sent twice. */
export interface Replayable {
  /** Whether all of it is kept: then `stream` may be called again. */
  isKept: boolean;
  stream(): BodyInit | undefined;
}

/** So much of a body is kept. */
const mostBytes = 1_048_576;

/** Keeps a short body; of a long one, what was read of it goes first and the rest follows as it comes. */
export async function replayable({ body }: Request): Promise<Replayable> {
  if (body === null) return { isKept: true, stream: () => undefined };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= mostBytes) {
    const { done, value } = await reader.read();
    if (done) return { isKept: true, stream: () => new Blob(chunks as BlobPart[]) };
    chunks.push(value);
    length += value.length;
  }
  const rest = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { isKept: false, stream: () => rest };
}
