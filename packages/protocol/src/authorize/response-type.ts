import { responseTypes, type ResponseType } from '@ostiary/wire';

/** Reads a `response_type`: a set of words whose order does not matter (RFC 6749 section 3.1.1). Nothing for those that do not exist here. */
export function readResponseType(written: string | undefined): ResponseType | undefined {
  if (written === undefined) return undefined;
  const words = written.split(' ').toSorted().join(' ');
  return responseTypes.find((type) => type === words);
}

/** Whether the answer has a code, to be redeemed by the client. */
export function carriesCode(type: ResponseType): boolean {
  return type !== 'id_token';
}

/** Whether the answer itself has an ID token, which passes through the person's browser. */
export function carriesIdToken(type: ResponseType): boolean {
  return type !== 'code';
}
