// Runs several programs as one: all of them ready, or a clear word; all of them stopped together. Runs on Node 20.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { root } from './setup.mjs';

const readyWithinMs = 30_000;
const stopWithinMs = 5_000;

const children = [];
let isStopping = false;

/**
 * Starts the programs, waits until every URL answers, and prints the greeting. Ends this process: with 0 when it is told
 * to stop, with 1 when a port is busy or a program ends by itself.
 *
 * @param {{ node: string, programs: Array<{ name: string, args: string[], urls: string[] }>, greeting: string }} plan
 */
export async function supervise({ node, programs, greeting }) {
  await requireFreePorts(programs);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stopAll(0));
  if (process.env.npm_lifecycle_event) stopWithParent();
  process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')));
  for (const program of programs) children.push(launch(program, node));
  await Promise.all(programs.flatMap(({ name, urls }) => urls.map((url) => untilAnswered(name, url))));
  if (!isStopping) process.stdout.write(`${greeting}\n`);
}

/** npm that is told to stop ends its shell, which does not pass the word on: an orphan would keep the ports. */
function stopWithParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void stopAll(0), 250).unref();
}

async function requireFreePorts(programs) {
  const busy = [];
  for (const { name, urls } of programs) {
    for (const url of urls)
      if (!(await isFree(Number(new URL(url).port)))) busy.push({ name, port: new URL(url).port });
  }
  for (const { name, port } of busy) {
    say(
      `port ${port} is in use, and ${name} needs it. Stop the program that has it ("lsof -i :${port}" names it), then run npm start again.`,
    );
  }
  if (busy.length > 0) process.exit(1);
}

/** Both loopback addresses count: "localhost" may lead to either. A machine without IPv6 has only the first. */
async function isFree(port) {
  const codes = await Promise.all(['127.0.0.1', '::1'].map((host) => listenError(port, host)));
  return !codes.includes('EADDRINUSE') && !codes.includes('EACCES');
}

function listenError(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code));
    server.listen({ port, host }, () => server.close(() => resolve(undefined)));
  });
}

function launch({ name, args }, node) {
  const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => process.stdout.write(`${name.padEnd(8)}| ${line}\n`));
  }
  child.on('error', (error) => fail(`${name} could not be started: ${error.message}`));
  child.on('exit', (code, signal) =>
    fail(`${name} stopped (${signal ?? `exit code ${code}`}); the lines above say why.`),
  );
  return child;
}

async function untilAnswered(name, url) {
  const deadlineMs = Date.now() + readyWithinMs;
  while (!isStopping && !(await answers(url))) {
    if (Date.now() > deadlineMs) fail(`${name} does not answer at ${url} after ${readyWithinMs / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Any answer means that the server listens; what it says is its own affair. */
async function answers(url) {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
}

function fail(text) {
  if (isStopping) return;
  say(text);
  void stopAll(1);
}

/** Asks every child to end, waits for it, and ends with the given exit code. */
async function stopAll(exitCode) {
  if (isStopping) return;
  isStopping = true;
  await Promise.all(children.map(stopChild));
  process.exit(exitCode);
}

async function stopChild(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), stopWithinMs).unref();
  });
}

function say(text) {
  process.stderr.write(`ostiary: ${text}\n`);
}
