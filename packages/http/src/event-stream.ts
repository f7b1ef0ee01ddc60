/** One event of a stream. None of its fields has a line break. */
export interface StreamEvent {
  id: string;
  event: string;
  data: string;
}

export interface EventStream<Item> {
  body: ReadableStream<Uint8Array>;
  send(item: Item): void;
  end(): void;
  /** Called once when the reader is gone, or was cut off because it does not read. */
  whenLeft(act: () => void): void;
}

/** What may wait for a reader beyond the first thing that was sent to it, in bytes. */
const maxWaitingBytes = 1_000_000;

/**
 * A body of server-sent events. What several streams send is encoded once. A reader that falls behind is cut off: its connection is
 * closed by `cutOff`, and where there is none, the body ends with an error.
 */
export function eventStream<Item extends object>(
  eventOf: (item: Item) => StreamEvent,
  cutOff?: () => void,
): EventStream<Item> {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let allowedBytes: number | undefined;
  let isOver = false;
  const { body, controller } = openBody(() => {
    isOver = true;
    leave();
  });
  return {
    body,
    end() {
      if (isOver) return;
      isOver = true;
      controller.close();
    },
    send(item) {
      if (isOver) return;
      const bytes = encoded(item, eventOf);
      allowedBytes ??= maxWaitingBytes + bytes.length;
      controller.enqueue(bytes);
      // Without a mark to fill up to, what is wanted is what waits, below zero.
      if (-(controller.desiredSize ?? 0) <= allowedBytes) return;
      isOver = true;
      if (cutOff === undefined) controller.error(new Error('the reader fell behind'));
      else cutOff();
      leave();
    },
    whenLeft: (act) => void left.then(act),
  };
}

function openBody(cancel: () => void) {
  let opened: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    { start: (controller) => void (opened = controller), cancel },
    { highWaterMark: 0, size: (bytes) => bytes.length },
  );
  if (opened === undefined) throw new Error('a stream starts when it is made');
  return { body, controller: opened };
}

const encodings = new WeakMap<object, Uint8Array>();
const encoder = new TextEncoder();

function encoded<Item extends object>(item: Item, eventOf: (item: Item) => StreamEvent): Uint8Array {
  const known = encodings.get(item);
  if (known !== undefined) return known;
  const { id, event, data } = eventOf(item);
  const bytes = encoder.encode(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  encodings.set(item, bytes);
  return bytes;
}
