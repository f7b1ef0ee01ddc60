import { after, it } from 'node:test';
import { openHouse } from '../security/house.fixture.ts';
import { assertNobodyBelieves, encode, type Genuine } from './forged-token.fixture.ts';

const house = await openHouse();
after(() => house.close());

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The last character of a segment carries bits that no byte needs; this sets one of them. */
function withLooseBits(segment: string): string {
  if (segment.length % 4 === 0) return `${segment}A`;
  const last = alphabet.indexOf(segment.at(-1) ?? '');
  return segment.slice(0, -1) + alphabet.charAt(last ^ 1);
}

const spellings: Record<string, (genuine: Genuine) => string> = {
  'a dot behind': ({ parts }) => `${parts.join('.')}.`,
  'a dot before': ({ parts }) => `.${parts.join('.')}`,
  'two dots between': ({ parts }) => parts.join('..'),
  'a fourth part': ({ parts }) => `${parts.join('.')}.${parts[0]}`,
  'padding behind': ({ parts }) => `${parts.join('.')}=`,
  'padding in the middle': ({ parts }) => `${parts[0]}=.${parts[1]}.${parts[2]}`,
  'bytes behind the signature': ({ parts }) => `${parts.join('.')}AAAA`,
  'bytes behind the claims': ({ parts }) => `${parts[0]}.${parts[1]}AAAA.${parts[2]}`,
  'loose bits in the signature': ({ parts }) => `${parts[0]}.${parts[1]}.${withLooseBits(parts[2])}`,
  'loose bits in the claims': ({ parts }) => `${parts[0]}.${withLooseBits(parts[1])}.${parts[2]}`,
  'the alphabet of base64': ({ parts }) =>
    `${parts[0]}.${parts[1]}.${parts[2].replaceAll('-', '+').replaceAll('_', '/')}+`,
  'a line break inside': ({ parts }) => `${parts[0]}.${parts[1].slice(0, 9)}\n${parts[1].slice(9)}.${parts[2]}`,
  'a space inside': ({ parts }) => `${parts[0]}.${parts[1]} .${parts[2]}`,
  'no signature': ({ parts }) => `${parts[0]}.${parts[1]}`,
  'no claims': ({ parts }) => `${parts[0]}..${parts[2]}`,
  'claims as JSON': ({ parts, claims }) => `${parts[0]}.${JSON.stringify(claims)}.${parts[2]}`,
  'parts exchanged': ({ parts }) => `${parts[1]}.${parts[0]}.${parts[2]}`,
  'a header that says the same in other bytes': ({ header, parts }) =>
    `${encode({ kid: header['kid'], typ: header['typ'], alg: header['alg'] })}.${parts[1]}.${parts[2]}`,
  'twice the same token': ({ parts }) => `${parts.join('.')} ${parts.join('.')}`,
  'another case': ({ parts }) => parts.join('.').toLowerCase(),
};
for (const [what, spell] of Object.entries(spellings)) {
  it(`section 2.6: a JWT has one spelling, and this is another: ${what}`, () => assertNobodyBelieves(house, spell));
}
