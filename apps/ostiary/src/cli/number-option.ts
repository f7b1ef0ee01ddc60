import { Stop } from '../stop.ts';
import { textOf } from './command.ts';
import type { OptionValues } from './command.ts';

/** The value of an option that is a whole number. Throws `Stop` when it is another. */
export function numberOption(
  values: OptionValues,
  name: string,
  { min, max }: { min: number; max: number },
): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= min && number <= max) return number;
  throw new Stop(`--${name} must be a number from ${min} to ${max}, not "${text}"`, { exitCode: 2 });
}
