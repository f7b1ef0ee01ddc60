import type { Recorder } from './recorder.ts';

/** Writes down where the hidden frames of the SDK go and where they end: a page sees what is in it. */
export function watchFrames(recorder: Recorder): void {
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node instanceof HTMLIFrameElement) recorder.navigated('frame', new URL(node.src));
    }
  }).observe(document.body, { childList: true });
  // On the way down, before the SDK takes the frame away.
  document.addEventListener(
    'load',
    ({ target }) => {
      const end = target instanceof HTMLIFrameElement ? endOf(target) : undefined;
      if (end !== undefined) recorder.navigated('callback', end);
    },
    true,
  );
}

/** Undefined while it shows another origin, or nothing yet. */
function endOf(frame: HTMLIFrameElement): URL | undefined {
  try {
    const url = new URL(frame.contentWindow?.location.href ?? '');
    return url.searchParams.has('state') ? url : undefined;
  } catch {
    return undefined;
  }
}
