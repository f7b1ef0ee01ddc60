import { html } from './dom.ts';
import { STORAGE_CHOICES } from './token-places.ts';
import type { StorageChoice } from './token-places.ts';

const KEY = 'lab.storage';

/** Where the reader wants the tokens kept: the tab's own storage, until they choose. */
export function storageChoice(): StorageChoice {
  return STORAGE_CHOICES.find(({ choice }) => choice === sessionStorage.getItem(KEY))?.choice ?? 'session';
}

/** Lets the reader choose. Nobody is signed in while they do. */
export function offerStorageChoice(fieldset: HTMLElement, onChoice: () => void): void {
  for (const { choice, name, risk } of STORAGE_CHOICES) {
    const id = `storage-${choice}`;
    const radio = html('input', {
      type: 'radio',
      name: 'storage',
      id,
      'data-testid': id,
      checked: choice === storageChoice(),
      'aria-describedby': `${id}-risk`,
    });
    radio.addEventListener('change', () => {
      sessionStorage.setItem(KEY, choice);
      onChoice();
    });
    fieldset.append(
      html('div', { class: 'choice' }, radio, html('label', { for: id }, name), html('p', { id: `${id}-risk` }, risk)),
    );
  }
}
