import type { NoAnswer, Opener } from '../ask.ts';

/**
 * Opens the address in a frame that nobody sees and reads the answer from where it ends. No script runs in it, so the app may
 * stand at that address: it does not start a second time. The provider needs none to send the browser on.
 */
export const openHiddenFrame = ({ url, state, redirectUri }: Parameters<Opener>[0], timeoutMs: number) =>
  new Promise<URLSearchParams | NoAnswer>((resolve) => {
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.sandbox.add('allow-same-origin');
    const end = (answer: URLSearchParams | NoAnswer) => {
      clearTimeout(timer);
      frame.remove();
      resolve(answer);
    };
    const timer = setTimeout(
      () => end({ code: 'timeout', description: `the provider did not answer within ${timeoutMs} ms` }),
      timeoutMs,
    );
    frame.addEventListener('load', () => {
      const href = addressOf(frame);
      if (href === 'about:blank') return;
      const answer = href === undefined ? undefined : new URL(href).searchParams;
      const where = `provider or ${redirectUri}`;
      if (answer?.get('state') === state) return end(answer);
      end({
        code: 'frame_blocked',
        description: `no answer in a frame: see X-Frame-Options and frame-ancestors of ${where}`,
      });
    });
    frame.src = url;
    (document.body ?? document.documentElement).append(frame);
  });

/** `undefined` while another origin is shown, or the browser's own page about a refusal. */
function addressOf(frame: HTMLIFrameElement): string | undefined {
  try {
    return frame.contentWindow?.location.href;
  } catch {
    return undefined;
  }
}
