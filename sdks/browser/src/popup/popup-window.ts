/** A window that this page opened. */
export interface PopupWindow {
  go(url: string): void;
  /**
   * `away`: it shows another origin. `gone`: this page has the user's attention, and the window is closed or isolated from it.
   * `unseen`: the same while the user is elsewhere.
   */
  look(): 'here' | 'away' | 'gone' | 'unseen';
  close(): void;
}

/** Opens an empty window in the middle of this one. `undefined`: the browser would not. */
export function openPopup(width: number, height: number): PopupWindow | undefined {
  const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
  const top = Math.max(0, window.screenY + (window.outerHeight - height) / 2);
  const opened = window.open('about:blank', '_blank', `popup,width=${width},height=${height},left=${left},top=${top}`);
  if (opened === null || opened.closed) return undefined;
  return {
    go: (url) => opened.location.replace(url),
    look() {
      if (opened.closed) return document.hasFocus() ? 'gone' : 'unseen';
      return isReadable(opened) ? 'here' : 'away';
    },
    close: () => opened.close(),
  };
}

function isReadable(opened: Window): boolean {
  try {
    return opened.location.href !== '';
  } catch {
    return false;
  }
}
