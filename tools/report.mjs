// Reporter for node:test. One line per file, the whole story of each failure, and the counts on the last line.
import { relative, resolve } from 'node:path';
import { inspect } from 'node:util';

/** @param {AsyncIterable<{ type: string, data: any }>} events from node:test */
export default async function* report(events) {
  const noise = new Map();
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') keep(noise, data);
    if (type === 'test:fail' && isOrigin(data.details.error)) yield failure(data);
    if (type === 'test:summary' && data.file) yield fileLine(data, noise);
    if (type === 'test:summary' && !data.file) yield total(data.counts);
  }
}

function keep(noise, { file, message }) {
  const path = resolve(file);
  noise.set(path, (noise.get(path) ?? '') + message);
}

/** A suite that fails because a test inside it failed says nothing new. */
function isOrigin(error) {
  return error?.failureType !== 'subtestsFailed';
}

function failure({ name, file, line, details }) {
  const error = details.error?.cause ?? details.error;
  const place = file ? `${relative(process.cwd(), file)}:${line ?? 1}` : '';
  return `\nFAIL ${name}\n     ${place}\n${indent(storyOf(error))}\n\n`;
}

/** An assertion already tells the difference in its message; other errors may carry a cause or more. */
function storyOf(error) {
  return error?.code === 'ERR_ASSERTION' ? error.stack : inspect(error);
}

function* lines(text) {
  for (const line of text.split('\n')) yield `     ${line}`;
}

function indent(text) {
  return [...lines(text)].join('\n');
}

function fileLine({ file, success, counts, duration_ms: ms }, noise) {
  const head = `${success ? 'ok  ' : 'FAIL'} ${String(counts.tests).padStart(4)} tests ${(ms / 1000).toFixed(1).padStart(6)} s  ${relative(process.cwd(), file)}\n`;
  const printed = success ? undefined : noise.get(resolve(file));
  return printed ? `${head}${indent(printed.trimEnd())}\n` : head;
}

function total({ passed, failed, cancelled, skipped, todo }) {
  const left = skipped + todo > 0 ? `, ${skipped + todo} skipped` : '';
  return `${passed} passed, ${failed + cancelled} failed${left}\n`;
}
