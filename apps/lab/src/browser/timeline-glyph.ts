import { svg } from './dom.ts';
import type { Mark } from './timeline-items.ts';

/** The sign of an event, around the origin: each has a shape of its own, so that colour is never alone. */
export function glyph(mark: Mark): SVGElement {
  const className = `mark mark-${mark}`;
  switch (mark) {
    case 'ok':
      return svg('circle', { class: className, r: 7 });
    case 'unauthorized':
      return svg('path', { class: className, d: 'M0-9 9 7H-9Z' });
    case 'forbidden':
      return svg('path', { class: className, d: 'M0-9 9 0 0 9-9 0Z' });
    case 'failed':
      return svg('path', { class: className, d: 'M-7-7H7V7H-7Z' });
    case 'renewal':
      return svg('path', { class: className, d: 'M-4-11 5 0-4 11Z' });
    case 'repeat':
      return svg('path', { class: className, d: 'M7 0A7 7 0 1 1 2-6.7M2-11 7-6 1-3' });
    case 'lost':
      return svg('path', { class: className, d: 'M0-8A8 8 0 1 0 .01-8M-9 9 9-9' });
    case 'end':
      return svg('path', { class: className, d: 'M-7-7 7 7M7-7-7 7' });
  }
}

/** A small piece of bar, for the legend. */
function swatch(part: 'living' | 'over' | 'life' | 'valid'): SVGElement {
  if (part === 'valid') return svg('path', { class: 'valid valid-access', d: 'M-10 0H10m0-4v8' });
  const className = part === 'life' ? 'life life-access' : `bar bar-access ${part}`;
  return svg('rect', { class: className, x: -10, y: -7, width: 20, height: 14, rx: 3 });
}

export function legendSigns(): { sign: SVGElement; words: string }[] {
  return [
    { sign: swatch('living'), words: 'in use' },
    { sign: swatch('life'), words: 'life left' },
    { sign: swatch('over'), words: 'over or replaced' },
    { sign: swatch('valid'), words: 'replaced, but not over' },
    ...MARKS.map(({ mark, words }) => ({ sign: glyph(mark), words })),
  ];
}

const MARKS: { mark: Mark; words: string }[] = [
  { mark: 'ok', words: 'call answered' },
  { mark: 'unauthorized', words: '401' },
  { mark: 'forbidden', words: '403' },
  { mark: 'renewal', words: 'renewed' },
  { mark: 'repeat', words: 'same answer again' },
  { mark: 'lost', words: 'answer lost' },
  { mark: 'end', words: 'ended' },
];
