/** Constructed, so that a Content-Security-Policy without inline styles has nothing against it. */
export function dialogStyle(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  return sheet;
}

const rules = `
:host {
  color-scheme: var(--ostiary-dialog-color-scheme, light dark);
}
dialog {
  box-sizing: border-box;
  width: 28rem;
  max-width: calc(100vw - 2rem);
  margin: auto;
  padding: 1.5rem;
  border: 1px solid var(--ostiary-dialog-border, light-dark(#b8bec7, #4a515c));
  border-radius: var(--ostiary-dialog-radius, 0.75rem);
  background: var(--ostiary-dialog-background, light-dark(#fff, #1d2127));
  color: var(--ostiary-dialog-color, light-dark(#1a1d21, #eceff3));
  font: var(--ostiary-dialog-font, 1rem/1.5 system-ui, sans-serif);
}
dialog::backdrop {
  background: rgb(0 0 0 / 50%);
}
h2 {
  margin: 0 0 0.5rem;
  font: inherit;
  font-size: 1.25em;
  font-weight: 600;
}
p {
  margin: 0 0 0.75rem;
}
.left {
  font-variant-numeric: tabular-nums;
}
.problem {
  font-weight: 600;
}
.problem:empty {
  display: none;
}
.actions {
  display: flex;
  flex-wrap: wrap;
  gap: 0.75rem;
  margin-top: 1.25rem;
}
button {
  min-height: 2.75rem;
  padding: 0.5rem 1.25rem;
  border: 1px solid var(--ostiary-dialog-accent, light-dark(#0b57d0, #a8c7fa));
  border-radius: calc(var(--ostiary-dialog-radius, 0.75rem) / 1.5);
  background: transparent;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button.first {
  background: var(--ostiary-dialog-accent, light-dark(#0b57d0, #a8c7fa));
  color: var(--ostiary-dialog-accent-color, light-dark(#fff, #06234f));
}
button:focus-visible {
  outline: 3px solid var(--ostiary-dialog-accent, light-dark(#0b57d0, #a8c7fa));
  outline-offset: 2px;
}
.heard {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (prefers-reduced-motion: no-preference) {
  dialog[open] {
    animation: appear 150ms ease-out;
  }
  @keyframes appear {
    from {
      opacity: 0;
      translate: 0 0.5rem;
    }
  }
}
`;
