import { codeOf, messageOf } from './stop.ts';

const unknownAuthority =
  'its certificate is signed by nobody who is trusted here; name the file of its authority in storage.postgres.ca';

const words: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** Why a database could not be opened, in words for an operator: adapters tell what failed, and what caused that beneath it. */
export function whyNotOpened(fault: unknown): string {
  const first = deepest(fault);
  const known = words[codeOf(first) ?? ''];
  if (known !== undefined) return known;
  const [outer, inner] = [messageOf(fault), messageOf(first)];
  return outer.includes(inner) ? outer : `${outer}: ${inner}`;
}

function deepest(fault: unknown): unknown {
  return fault instanceof Error && fault.cause !== undefined ? deepest(fault.cause) : fault;
}
