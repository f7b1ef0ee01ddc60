import { displayText } from './display-text.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** A sentence with names in it, whose words a translator may order freely. */
export interface Phrase {
  readonly literals: readonly string[];
  readonly names: readonly string[];
}

export function phrase(literals: TemplateStringsArray, ...names: readonly string[]): Phrase {
  return { literals, names };
}

/** The sentence as markup. Each name is isolated in `<bdi>`, so that its writing direction stays its own affair. */
export function rich({ literals, names }: Phrase): Html {
  return html`${literals.map((literal, index) => html`${literal}${names[index] === undefined ? undefined : nameElement(names[index])}`)}`;
}

/** The sentence as plain text: for titles and attributes. */
export function plain({ literals, names }: Phrase): string {
  return literals
    .map((literal, index) => literal + (names[index] === undefined ? '' : displayText(names[index])))
    .join('');
}

/** A name that somebody else chose, on its own. */
export function nameElement(name: string): Html {
  return html`<bdi>${displayText(name)}</bdi>`;
}
