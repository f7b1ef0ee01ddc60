import type { Refusal } from '@ostiary/protocol';

const maxNameLength = 64;

/** The name that an app gives its device, such as "Ada's phone": one line of at most 64 characters. */
export function readDeviceName(
  sent: string | undefined,
): { ok: true; value: string | undefined } | { ok: false; refusal: Refusal } {
  const name = sent?.normalize('NFC').trim();
  if (name === undefined || name === '') return { ok: true, value: undefined };
  // Lines and changes of direction would let a name pretend to be something else on the account page.
  if (name.length > maxNameLength || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name))
    return { ok: false, refusal: { reason: 'parameter_malformed', parameter: 'device_name' } };
  return { ok: true, value: name };
}
