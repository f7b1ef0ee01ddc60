/** One server-sent event. */
export interface StreamEvent {
  /** `message` when the stream does not say. */
  name: string;
  data: string;
}

/**
 * The events of a stream as they come. Throws a RangeError for an event that is longer than `maxLength` characters.
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream HTML Living Standard 9.2.5}
 */
export async function* eventsIn(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  maxLength: number,
): AsyncGenerator<StreamEvent, void, undefined> {
  let name = '';
  let data: string[] = [];
  let length = 0;
  for await (const line of linesIn(body, maxLength)) {
    if (line === '') {
      if (data.length > 0) yield { name: name === '' ? 'message' : name, data: data.join('\n') };
      [name, data, length] = ['', [], 0];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') name = value;
    if (field !== 'data') continue;
    data.push(value);
    length += value.length;
    if (length > maxLength) throw new RangeError(`an event of more than ${maxLength} characters`);
  }
}

/** Lines end with CR, LF or both; the last one counts only when it has ended. */
async function* linesIn(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  maxLength: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let length = 0;
  let endsWithReturn = false;
  for await (const bytes of body) {
    let text = decoder.decode(bytes, { stream: true });
    if (text === '') continue;
    if (endsWithReturn && text.startsWith('\n')) text = text.slice(1);
    endsWithReturn = text.endsWith('\r');
    const parts = text.split(/\r\n|\r|\n/);
    const last = parts.pop() ?? '';
    for (const part of parts) {
      yield pending.join('') + part;
      [pending, length] = [[], 0];
    }
    pending.push(last);
    length += last.length;
    if (length > maxLength) throw new RangeError(`a line of more than ${maxLength} characters`);
  }
}
