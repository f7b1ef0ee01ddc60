import { html } from './dom.ts';
import { createTokenStore, STORAGE_CHOICES } from './token-store.ts';
import type { StorageChoice, TokenStore } from './token-store.ts';

const KEY = 'lab.storage';

/** Lets the reader choose where the tokens are kept; they move with the choice. Returns the store of the moment. */
export function offerStorageChoice(fieldset: HTMLElement, onMove: () => void): () => TokenStore {
  const stores = new Map<StorageChoice, TokenStore>();
  const storeOf = (choice: StorageChoice): TokenStore => {
    const store = stores.get(choice) ?? createTokenStore(choice, { sessionStorage, localStorage, cookies: document });
    stores.set(choice, store);
    return store;
  };
  const remembered = STORAGE_CHOICES.find(({ choice }) => choice === sessionStorage.getItem(KEY));
  let current: StorageChoice = remembered?.choice ?? 'session';

  function moveTo(choice: StorageChoice): void {
    const tokens = storeOf(current).read();
    storeOf(current).clear();
    current = choice;
    sessionStorage.setItem(KEY, choice);
    if (tokens !== undefined) storeOf(choice).write(tokens);
    onMove();
  }

  for (const { choice, name, risk } of STORAGE_CHOICES) {
    const id = `storage-${choice}`;
    const radio = html('input', {
      type: 'radio',
      name: 'storage',
      id,
      'data-testid': id,
      checked: choice === current,
      'aria-describedby': `${id}-risk`,
    });
    radio.addEventListener('change', () => moveTo(choice));
    fieldset.append(
      html('div', { class: 'choice' }, radio, html('label', { for: id }, name), html('p', { id: `${id}-risk` }, risk)),
    );
  }
  return () => storeOf(current);
}
