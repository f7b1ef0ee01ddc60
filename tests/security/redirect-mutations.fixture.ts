/** Addresses that somebody's parser, somewhere, has taken for the registered one. None equals it. */
export function mutationsOf(registered: string): string[] {
  const { protocol, host, hostname, port, pathname } = new URL(registered);
  const origin = `${protocol}//${host}`;
  const all = [
    ...caseChanges(registered),
    ...suffixes.map((suffix) => registered + suffix),
    ...prefixes.map((prefix) => prefix + registered),
    ...hostSuffixes.flatMap((suffix) => [
      `${protocol}//${host}${suffix}${pathname}`,
      `${protocol}//${hostname}${suffix}${pathname}`,
    ]),
    ...otherHosts.flatMap((other) => [
      `${protocol}//${other}:${port}${pathname}`,
      `${protocol}//${other}${pathname}`,
      `${protocol}//${other}@${host}${pathname}`,
      `${protocol}//${host}@${other}${pathname}`,
      `${protocol}//${host}:${other}${pathname}`,
    ]),
    ...paths.map((path) => origin + path),
    ...paths.map((path) => origin + path + pathname),
    ...schemes.map((scheme) => scheme + registered.slice(protocol.length)),
    ...ports.map((other) => `${protocol}//${hostname}${other}${pathname}`),
    ...controls.flatMap((control) => [
      registered + control,
      control + registered,
      registered.replace('//', `/${control}/`),
      origin + control + pathname,
    ]),
    ...pathChanges(origin, pathname),
    encodeURIComponent(registered),
    `${registered} ${registered}`,
    `${registered},${registered}`,
    origin,
    `${origin}/`,
    registered.slice(0, -1),
    registered.slice(1),
    'https://evil.example/callback',
  ];
  return [...new Set(all)].filter((uri) => uri !== registered && uri !== '');
}

function caseChanges(uri: string): string[] {
  return [
    uri.toUpperCase(),
    uri.replace('http', 'HTTP'),
    uri.replace('localhost', 'LOCALHOST'),
    uri.replace('cal', 'Cal'),
  ];
}

function pathChanges(origin: string, path: string): string[] {
  const first = path.charCodeAt(1).toString(16);
  return [
    `${origin}/%${first}${path.slice(2)}`,
    `${origin}/%25${first}${path.slice(2)}`,
    `${origin}/%${first.toUpperCase()}${path.slice(2)}x`,
    `${origin}//${path.slice(1)}`,
    `${origin}${path.replace('/', '/./')}`,
    `${origin}/x/..${path}`,
    `${origin}${path}/../evil`,
    `${origin}${path};jsessionid=1`,
  ];
}

const suffixes = [
  '/',
  '.',
  '?',
  '#',
  '?x',
  '?x=1',
  '&x=1',
  '#x',
  '/.',
  '/..',
  '/../',
  '/..;/',
  '/%2e%2e',
  '/%2e%2e/',
  '/%252e%252e/',
  '/%2f',
  '%2f',
  '%252f',
  '\\',
  '/\\',
  '%5c',
  '//',
  ';',
  ';/',
  '%00',
  '%0d%0a',
  '%20',
  '*',
  '/*',
  '%',
  '%zz',
  '@evil.example',
  '\u2044',
  '\uff0f',
  '\u0338',
  '%c0%af',
  '%e0%80%af',
  '%ef%bc%8f',
  '/evil',
  '.evil.example',
  '?code=x',
  '?code=x&state=y',
];

const prefixes = [
  '/',
  '//',
  '\\\\',
  'url:',
  'javascript:',
  'https://evil.example/',
  'https://evil.example/?',
  'https://evil.example#',
  '@',
];

const hostSuffixes = [
  '.',
  '.evil.example',
  'evil.example',
  '%2eevil.example',
  '%00.evil.example',
  '\\.evil.example',
  '#.evil.example',
  '?.evil.example',
  ';.evil.example',
  '%252eevil.example',
  '\u3002evil.example',
];

const otherHosts = [
  'evil.example',
  '127.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  '127.1',
  '2130706433',
  '0x7f000001',
  'localhost.evil.example',
  'l\u043ecalhost',
  'xn--lcalhost-7fg',
  'localhost.',
  'user:password',
  '\uff4cocalhost',
];

const paths = [
  '/..',
  '/../',
  '/..;',
  '/%2e%2e',
  '/%252e%252e',
  '/.',
  '/;',
  '//',
  '/\\',
  '/%5c',
  '/%2f',
  '/%252f',
  '/%00',
  '/\u2215',
  '/evil',
];

const schemes = [
  'https:',
  'ftp:',
  'javascript:',
  'data:',
  'file:',
  'ws:',
  'HTTP:',
  'hTTp:',
  'http :',
  'http',
  'view-source:http:',
  'http:http:',
];

const ports = [
  '',
  ':',
  ':0',
  ':80',
  ':443',
  ':04001',
  ':4001.',
  ':4001 ',
  ':40010',
  ':4000',
  ':4001:4001',
  ':-1',
  ':65537',
  ':69537',
];

const controls = ['\t', '\n', '\r', '\r\n', '\0', ' ', '\u00a0', '\u200b', '\u2028', '\ufeff'];
