export type LabState = 'loading' | 'signed-out' | 'prepared' | 'code-received' | 'leaving' | 'signed-in' | 'error';

/** The one line that says where the app stands. */
export function showStatus(element: HTMLElement, state: LabState, words: string): void {
  element.dataset['state'] = state;
  element.textContent = words;
}
