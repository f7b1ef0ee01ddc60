/** A token's value in both schemes; a single string stands for both. */
export type TokenValue = string | { readonly light: string; readonly dark: string };

/** Every design token: name, and value by light and dark. Colours on `surface` and `raised` keep WCAG AA contrast. */
export const tokens = {
  surface: { light: '#f4f5f4', dark: '#101413' },
  raised: { light: '#ffffff', dark: '#181d1c' },
  text: { light: '#171b1a', dark: '#e7ebe9' },
  muted: { light: '#59625f', dark: '#a2aca8' },
  line: { light: '#dbe0dd', dark: '#2c3432' },
  'line-strong': { light: '#838d89', dark: '#6f7a76' },
  accent: { light: '#0e5e57', dark: '#7cc9bf' },
  'accent-soft': { light: '#e4f0ee', dark: '#1d312e' },
  'on-accent': { light: '#ffffff', dark: '#06211e' },
  danger: { light: '#a6240f', dark: '#ff9f8e' },
  'danger-soft': { light: '#fcefec', dark: '#351c18' },
  'on-danger': { light: '#ffffff', dark: '#330b04' },
  ok: { light: '#1a653a', dark: '#84d3a2' },
  'ok-soft': { light: '#eaf5ee', dark: '#16301f' },
  mark: { light: '#ffe08a', dark: '#5c4a0b' },
  shadow: { light: '0 1px 2px #0d1f1c14, 0 8px 24px #0d1f1c0f', dark: 'none' },
  radius: '8px',
  'space-1': '4px',
  'space-2': '8px',
  'space-3': '12px',
  'space-4': '16px',
  'space-6': '24px',
  'space-8': '32px',
  'space-12': '48px',
  'size-small': '0.8125rem',
  'size-note': '0.875rem',
  'size-body': '1rem',
  'size-head': '1.1875rem',
  'size-title': '1.5rem',
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  mono: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace',
} as const satisfies Record<string, TokenValue>;

export type TokenName = keyof typeof tokens;

export type TokenOverrides = Readonly<Partial<Record<TokenName, TokenValue>>>;

/** The tokens as custom properties. Throws on an unknown token and on a value that could leave its declaration. */
export function tokenRules(overrides: TokenOverrides = {}): string {
  for (const [name, value] of Object.entries(overrides)) checkOverride(name, value);
  const all: [string, TokenValue][] = Object.entries({ ...tokens, ...overrides });
  const light = all.map(([name, value]) => `--${name}:${inScheme(value, 'light')};`);
  const dark = all
    .filter(([, value]) => typeof value !== 'string')
    .map(([name, value]) => `--${name}:${inScheme(value, 'dark')};`);
  return `:root{color-scheme:light dark;${light.join('')}}\n@media (prefers-color-scheme:dark){:root{${dark.join('')}}}\n`;
}

function inScheme(value: TokenValue, scheme: 'light' | 'dark'): string {
  return typeof value === 'string' ? value : value[scheme];
}

function checkOverride(name: string, value: TokenValue): void {
  if (!Object.hasOwn(tokens, name))
    throw new TypeError(
      `theme.cssTokens: there is no token "${name}"; the tokens are ${Object.keys(tokens).join(', ')}`,
    );
  for (const scheme of ['light', 'dark'] as const) {
    if (!/^[\w #%.,()"'+*/-]{1,200}$/u.test(inScheme(value, scheme)) || /url\(/iu.test(inScheme(value, scheme))) {
      throw new TypeError(
        `theme.cssTokens.${name}: not a plain CSS value (letters, digits, and # % . , ( ) " ' + * / - ; no url())`,
      );
    }
  }
}
