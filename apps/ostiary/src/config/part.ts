import { z } from 'zod';
import { closest } from './did-you-mean.ts';
import { error, fieldPath } from './problem.ts';
import type { Problem } from './problem.ts';

export interface Part<T> {
  /** Present when the shape is right, unknown fields apart. */
  value?: T;
  problems: Problem[];
}

/**
 * Reads one part of the file. Unknown fields are problems, but the rest is read all the same, so that their owner sees
 * every other problem too.
 */
export function readPart<T>(schema: z.ZodType<T>, input: unknown, at: readonly PropertyKey[]): Part<T> {
  const first = schema.safeParse(input);
  if (first.success) return { value: first.data, problems: [] };
  const unknown = first.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
  const problems = first.error.issues.flatMap((issue) => problemsOf(issue, { schema, input, at }));
  if (unknown.length < first.error.issues.length) return { problems };
  const known = unknown.reduce((rest, { path, keys }) => withoutKeys(rest, path, keys), input);
  const second = schema.safeParse(known);
  return second.success ? { value: second.data, problems } : { problems };
}

interface Origin {
  schema: z.ZodType;
  input: unknown;
  at: readonly PropertyKey[];
}

function problemsOf(issue: z.core.$ZodIssue, origin: Origin): Problem[] {
  const path = [...origin.at, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(origin.schema, issue.path);
    return issue.keys.map((key) => error(fieldPath([...path, key]), unknownField(key, known)));
  }
  return [error(fieldPath(path), describeIssue(issue, valueAt(origin.input, issue.path)))];
}

function unknownField(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  if (meant !== undefined) return `unknown field; did you mean "${meant}"?`;
  return `unknown field; the fields here are ${known.join(', ')}`;
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const wanted = wantedBy(issue);
  if (value === undefined) return `missing; it ${wanted}`;
  const meant =
    issue.code === 'invalid_value' && typeof value === 'string' ? closest(value, wordsOf(issue)) : undefined;
  return `${wanted}, not ${shown(value)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

function wantedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${wordsOf(issue).length === 1 ? '' : 'one of '}${wordsOf(issue).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must be a text that is not empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function wordsOf(issue: z.core.$ZodIssueInvalidValue): string[] {
  return issue.values.map(String);
}

/** Long texts are not repeated: where an object was wanted they may be a key or a secret. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty text' : value.length > 40 ? 'this text' : `"${value}"`;
  return Array.isArray(value) ? 'a list' : `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`;
}

/** Names of the fields that the schema knows at a path. */
function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional) return fieldsAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => fieldsAt(option, path));
  if (path.length === 0) return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const [step = '', ...rest] = path;
  if (schema instanceof z.ZodArray) return fieldsAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return fieldsAt(schema.valueType, rest);
  const inner: unknown = schema instanceof z.ZodObject ? schema.shape[String(step)] : undefined;
  return inner instanceof z.ZodType ? fieldsAt(inner, rest) : [];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), input);
}

/** A copy of `input` without these keys of the object at `path`. */
function withoutKeys(input: unknown, path: readonly PropertyKey[], keys: readonly string[]): unknown {
  if (!isObject(input)) return input;
  const [step, ...rest] = path;
  if (step === undefined) return Object.fromEntries(Object.entries(input).filter(([key]) => !keys.includes(key)));
  const inner = withoutKeys(input[step], rest, keys);
  if (Array.isArray(input)) return input.map((item: unknown, index) => (index === step ? inner : item));
  return { ...input, [step]: inner };
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
