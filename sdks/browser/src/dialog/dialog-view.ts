import { dialogStyle } from './dialog-style.ts';
import { nextReadOut, timeInWords } from './dialog-texts.ts';
import type { DialogTexts } from './dialog-texts.ts';
import type { DialogAnswer, DialogView } from './session-watch.ts';

/** A modal dialog in a shadow root of its own at the end of the page. */
export function openDialogView({ language, texts }: { language: string; texts: DialogTexts }): DialogView {
  let listener: (answer: DialogAnswer) => void = () => {};
  let opened: Opened | undefined;
  const close = () => {
    const closing = opened;
    opened = undefined;
    if (closing === undefined) return;
    closing.parts.dialog.close();
    closing.host.remove();
    if (closing.before?.isConnected) closing.before.focus({ preventScroll: true });
  };
  const update = (shown: Opened, secondsLeft: number) => {
    const left = texts.timeLeft.replace('{time}', timeInWords(secondsLeft, language));
    shown.parts.left.textContent = left;
    if (secondsLeft > shown.readOutAt) return;
    shown.readOutAt = nextReadOut(secondsLeft);
    shown.parts.heard.textContent = left;
  };
  return {
    get isOpen() {
      return opened !== undefined;
    },
    show({ secondsLeft, canExtend }) {
      if (opened !== undefined && opened.canExtend !== canExtend) close();
      opened ??= open(canExtend, texts, (answer) => listener(answer));
      opened.host.lang = language;
      update(opened, secondsLeft);
      if (!opened.parts.dialog.open) opened.parts.dialog.showModal();
    },
    setProgress(progress) {
      if (opened === undefined) return;
      const { problem, actions } = opened.parts;
      problem.textContent = progress === 'unanswered' ? texts.unanswered : '';
      actions.ariaBusy = String(progress === 'asking');
    },
    close,
    onAnswer: (onAnswer) => void (listener = onAnswer),
  };
}

interface Opened {
  host: HTMLElement;
  parts: ReturnType<typeof build>;
  canExtend: boolean;
  /** Seconds left when the time is next read out. */
  readOutAt: number;
  /** What had the focus. */
  before: HTMLElement | undefined;
}

function open(canExtend: boolean, texts: DialogTexts, answer: (answer: DialogAnswer) => void): Opened {
  const before = focused();
  const host = document.createElement('ostiary-session-dialog');
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [dialogStyle()];
  const parts = build();
  parts.title.textContent = canExtend ? texts.title : texts.fixedTitle;
  parts.message.textContent = canExtend ? texts.message : texts.fixedMessage;
  parts.actions.append(
    ...(canExtend
      ? [button('continued', texts.continue, answer), button('signedOut', texts.signOut, answer)]
      : [button('dismissed', texts.close, answer), button('signIn', texts.signIn, answer)]),
  );
  // Whoever presses Escape is there, and wants to go on: that is the simple action of WCAG 2.2.1.
  parts.dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    answer(canExtend ? 'continued' : 'dismissed');
  });
  root.append(parts.dialog);
  document.body.append(host);
  return { host, parts, canExtend, readOutAt: Infinity, before };
}

function build() {
  const dialog = document.createElement('dialog');
  dialog.role = 'alertdialog';
  dialog.setAttribute('aria-labelledby', 'title');
  dialog.setAttribute('aria-describedby', 'message heard');
  const [title, message, left] = [part('h2', 'title'), part('p', 'message'), part('p', 'left')];
  // Ticks every second for the eye alone; `heard` is the same, as it was last read out.
  left.ariaHidden = 'true';
  const [heard, problem, actions] = [part('p', 'heard'), part('p', 'problem'), part('div', 'actions')];
  heard.role = 'status';
  problem.role = 'alert';
  dialog.append(title, message, left, heard, problem, actions);
  return { dialog, title, message, left, heard, problem, actions };
}

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.id = name;
  element.className = name;
  return element;
}

function button(answer: DialogAnswer, text: string, onAnswer: (answer: DialogAnswer) => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.autofocus = answer === 'continued' || answer === 'dismissed';
  if (element.autofocus) element.className = 'first';
  element.addEventListener('click', () => onAnswer(answer));
  return element;
}

/** What has the focus, also within shadow roots. */
function focused(): HTMLElement | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement && element !== document.body ? element : undefined;
}
