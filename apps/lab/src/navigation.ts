import type { LabAddresses } from './addresses.ts';

interface Stop {
  title: string;
  /** On which of the Lab's servers. */
  at: 'page' | 'web';
  path: string;
  /** Other pages that belong to it. */
  also?: readonly string[];
}

/** The pages of the Lab, in the order of the scenarios. A new page is one line here. */
const stops: readonly Stop[] = [
  { title: 'Single-page app', at: 'page', path: '/', also: ['/callback'] },
  { title: 'Without refresh tokens', at: 'page', path: '/silent', also: ['/silent/callback'] },
  { title: 'Token service', at: 'page', path: '/service' },
  { title: 'Bound to devices', at: 'page', path: '/direct' },
  { title: 'Work while away', at: 'web', path: '/watch', also: ['/watch/callback'] },
  { title: 'Web app and API', at: 'web', path: '/expenses', also: ['/', '/expenses/short', '/settings'] },
];

/** The bar at the top of every page of the Lab. */
export function navigation(addresses: LabAddresses, here: Pick<Stop, 'at' | 'path'>): string {
  const items = stops.map((stop) => {
    const isHere = stop.at === here.at && [stop.path, ...(stop.also ?? [])].includes(here.path);
    return `<li><a href="${addresses[stop.at]}${stop.path}"${isHere ? ' aria-current="page"' : ''}>${stop.title}</a></li>`;
  });
  return `<nav class="lab-nav" aria-label="Pages of the Lab"><p class="brand">Ostiary Lab</p><ul>${items.join('')}</ul></nav>`;
}
