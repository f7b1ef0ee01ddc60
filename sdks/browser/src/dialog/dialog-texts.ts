/** What the dialog says. */
export interface DialogTexts {
  /** Of a session that may be extended. */
  title: string;
  message: string;
  continue: string;
  signOut: string;
  /** An extension did not succeed. */
  unanswered: string;
  /** Of a session that ends whatever is done. */
  fixedTitle: string;
  fixedMessage: string;
  signIn: string;
  close: string;
  /** Counts down; `{time}` stands for the time that is left, in words. */
  timeLeft: string;
}

const catalogue: Readonly<Record<string, DialogTexts>> = {
  en: {
    title: 'Your session is about to end. Continue?',
    message: 'Without an answer you are signed out, and what is not saved may be lost.',
    continue: 'Continue',
    signOut: 'Sign out',
    unanswered: 'There is no answer yet. Please try again.',
    fixedTitle: 'Your session is about to end',
    fixedMessage: 'It cannot be made longer. Save your work, and sign in again to go on.',
    signIn: 'Sign in again',
    close: 'Close',
    timeLeft: 'Your session ends in {time}.',
  },
  de: {
    title: 'Ihre Sitzung läuft bald ab. Fortfahren?',
    message: 'Ohne Antwort werden Sie abgemeldet; nicht Gespeichertes kann verloren gehen.',
    continue: 'Fortfahren',
    signOut: 'Abmelden',
    unanswered: 'Noch keine Antwort. Bitte versuchen Sie es erneut.',
    fixedTitle: 'Ihre Sitzung läuft bald ab',
    fixedMessage:
      'Sie lässt sich nicht verlängern. Speichern Sie Ihre Arbeit und melden Sie sich erneut an, um fortzufahren.',
    signIn: 'Erneut anmelden',
    close: 'Schließen',
    timeLeft: 'Ihre Sitzung endet in {time}.',
  },
};

/** Texts in a language ([BCP 47](https://www.rfc-editor.org/info/bcp47)), or in English, with those of the app in their place. */
export function textsIn(language: string, own: Partial<DialogTexts> = {}): { language: string; texts: DialogTexts } {
  const base = language.toLowerCase().split('-')[0] ?? '';
  const known = Object.hasOwn(catalogue, base) ? catalogue[base] : undefined;
  const isOwn = Object.keys(own).length > 0;
  return {
    language: known !== undefined || (isOwn && language !== '') ? language : 'en',
    texts: { ...(known ?? catalogue['en']), ...own } as DialogTexts,
  };
}

/** `1 minute, 5 seconds`, in any language. */
export function timeInWords(seconds: number, language: string): string {
  const unit = (value: number, name: 'minute' | 'second') =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(value);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const parts = [
    ...(minutes > 0 ? [unit(minutes, 'minute')] : []),
    ...(rest > 0 || minutes === 0 ? [unit(rest, 'second')] : []),
  ];
  return parts.join(', ');
}

/**
 * How much time is left when it is next read out to those who do not see it: every minute, and at 30, 20 and 10 seconds.
 * Often enough to act, seldom enough to be left in peace.
 */
export function nextReadOut(seconds: number): number {
  if (seconds > 60) return (Math.ceil(seconds / 60) - 1) * 60;
  return [30, 20, 10].find((each) => each < seconds) ?? -1;
}
