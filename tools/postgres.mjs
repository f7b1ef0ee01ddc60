// node tools/postgres.mjs [WISHES]: a PostgreSQL server for as long as standard input stays open, so that it never outlives
// the process that asked for it. Says {"url": ...} when it is ready, or {"problem": ...}. Every line of standard input is a
// command ("stop fast", "stop immediate", "start", "pause", "resume"), answered by {"done": COMMAND} or {"problem": ...}.
import { createInterface } from 'node:readline';
import { providePostgres } from './find-postgres.mjs';
import { createServerIn } from './postgres-server.mjs';

const { bin, problem } = providePostgres();
if (problem) {
  say({ problem });
  process.exit(1);
}

let server;
let isOver = false;
const lines = createInterface({ input: process.stdin });
lines.once('close', () => void end(0));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => void end(1));
// A parent that is gone reads no more.
process.stdout.on('error', () => {});

try {
  server = await createServerIn(bin, JSON.parse(process.argv[2] ?? '{}'));
  await server.start();
  say({ url: server.url });
  let earlier = Promise.resolve();
  lines.on('line', (line) => {
    earlier = earlier.then(() => obey(line));
  });
} catch (fault) {
  say({ problem: fault.message });
  await end(1);
}

async function obey(line) {
  try {
    await orders[line]();
    say({ done: line });
  } catch (fault) {
    say({ problem: `"${line}": ${fault.message}` });
  }
}

const orders = {
  start: () => server.start(),
  'stop fast': () => server.stop('fast'),
  'stop immediate': () => server.stop('immediate'),
  pause: () => server.pause(),
  resume: () => server.resume(),
};

async function end(code) {
  if (isOver) return;
  isOver = true;
  await server?.remove();
  process.exit(code);
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
