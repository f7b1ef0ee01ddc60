import type { Profiler } from 'node:inspector';
import type { Child } from './child.ts';
import type { LoadJob, LoadReport } from './load/job.ts';
import type { Code, Family, Usage } from './subject.ts';

/** What this program asks its child processes over the IPC channel. */
export interface Questions {
  port: { detail: null; answer: number };
  usage: { detail: null; answer: Usage };
  startSampling: { detail: null; answer: null };
  stopSampling: { detail: null; answer: Profiler.Profile };
  families: { detail: number; answer: Family[] };
  codes: { detail: number; answer: Code[] };
  prepare: { detail: LoadJob; answer: null };
  go: { detail: null; answer: LoadReport };
}

type Name = keyof Questions;
type Question<N extends Name> = { id: number; ask: N; detail: Questions[N]['detail'] };
type Answer<N extends Name> = { id: number; answer: Questions[N]['answer'] } | { id: number; failure: string };
type Handlers = {
  [N in Name]?: (detail: Questions[N]['detail']) => Questions[N]['answer'] | Promise<Questions[N]['answer']>;
};

let lastId = 0;

/** Asks a child and waits for its answer; rejects with the child's own words, or when it exits first. */
export function ask<N extends Name>(
  { process: child, output }: Child,
  name: N,
  detail: Questions[N]['detail'],
): Promise<Questions[N]['answer']> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onExit = (code: number | null): void => {
      settle();
      reject(new Error(`The child process exited with ${code} before it answered "${name}".\n${output()}`));
    };
    const onMessage = (message: Answer<N>): void => {
      if (message.id !== id) return;
      settle();
      if ('failure' in message) reject(new Error(message.failure));
      else resolve(message.answer);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    const question: Question<N> = { id, ask: name, detail };
    child.send(question);
  });
}

/** Answers the named questions in a child process. A name it does not know is left to another listener of the same process. */
export function answerQuestions(handlers: Handlers): void {
  process.on('message', (question: Question<Name>) => {
    const handler = handlers[question.ask] as ((detail: unknown) => unknown) | undefined;
    if (handler) void answer(question, handler);
  });
}

async function answer(question: Question<Name>, handler: (detail: unknown) => unknown): Promise<void> {
  try {
    process.send?.({ id: question.id, answer: await handler(question.detail) });
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ id: question.id, failure });
  }
}
