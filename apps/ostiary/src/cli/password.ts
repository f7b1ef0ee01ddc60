import { ReadStream } from 'node:tty';
import { Stop } from '../stop.ts';
import type { Terminal } from './terminal.ts';

const maxBytes = 4096;

/** Reads a password from standard input: asked for twice and hidden when a person types, else its first line. */
export async function readPassword({ stdin, err }: Terminal): Promise<string> {
  if (!(stdin instanceof ReadStream) || !stdin.isTTY) return readLine(stdin);
  const password = await readHidden(stdin, err, 'password: ');
  const again = await readHidden(stdin, err, 'once more: ');
  if (password !== again) throw new Stop('the two passwords differ');
  return password;
}

async function readLine(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > maxBytes) throw new Stop(`a password has at most ${maxBytes} bytes`);
    chunks.push(bytes);
    if (bytes.includes('\n')) break;
  }
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  if (line !== '') return line;
  throw new Stop(
    'no password came from standard input; send it there, one line: printf %s "$PASSWORD" | ostiary user add ...',
  );
}

function readHidden(stdin: ReadStream, err: Terminal['err'], prompt: string): Promise<string> {
  // First hidden, then asked: who types at once is not seen either.
  stdin.setRawMode(true);
  err(prompt);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void) => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      err('\n');
      settle();
    };
    const onData = (text: string) => {
      for (const key of text) {
        const meaning = keyMeaning(key);
        if (meaning === 'end') return finish(() => resolve(typed));
        if (meaning === 'cancel') return finish(() => reject(new Stop('cancelled')));
        typed = meaning === 'erase' ? Array.from(typed).slice(0, -1).join('') : typed + key;
      }
    };
    stdin.on('data', onData);
  });
}

/** In raw mode the terminal passes on the keys that it would act upon otherwise. */
function keyMeaning(key: string): 'end' | 'cancel' | 'erase' | 'letter' {
  if (key === '\r' || key === '\n' || key === '\u0004') return 'end';
  if (key === '\u0003') return 'cancel';
  return key === '\u007f' || key === '\b' ? 'erase' : 'letter';
}
