/** What doors and rooms share: type, links, fields, buttons, alerts. */
export const baseRules = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--surface);color:var(--text);font:var(--size-body)/1.5 var(--font);overflow-wrap:anywhere}
h1,h2,p,ul,dl,form,figure{margin:0}
h1{font-size:var(--size-title);line-height:1.25;font-weight:600;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:var(--size-body);font-weight:600}
p{max-width:65ch}
a{color:var(--accent);text-underline-offset:.2em}
code{font:var(--size-note)/1.5 var(--mono)}
mark{background:var(--mark);color:inherit;border-radius:2px}
time{font-variant-numeric:tabular-nums}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.quiet{color:var(--muted)}
.small{font-size:var(--size-note)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.brand{display:flex;align-items:center;gap:var(--space-2);font-weight:600;min-width:0}
.brand svg{flex:none;color:var(--accent)}
button,.button{display:inline-block;min-height:44px;padding:9px var(--space-4);border:1px solid var(--line-strong);border-radius:var(--radius);background:var(--raised);color:var(--text);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
button:hover,.button:hover{border-color:var(--text)}
.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.dangerous{background:var(--danger);border-color:var(--danger);color:var(--on-danger)}
button.quiet,.button.quiet{background:none;border-color:transparent;color:var(--muted)}
button.quiet:hover,.button.quiet:hover{color:var(--text);text-decoration:underline}
label{display:block;font-weight:600;margin-bottom:var(--space-1)}
input{display:block;width:100%;min-height:44px;padding:9px var(--space-3);border:1px solid var(--line-strong);border-radius:var(--radius);background:var(--raised);color:var(--text);font:inherit}
input:focus-visible{outline-offset:0}
input[readonly]{background:var(--surface);border-color:var(--line)}
input[aria-invalid]{border-color:var(--danger)}
.alert{max-width:none;padding:var(--space-3) var(--space-4);border:1px solid;border-radius:var(--radius)}
.alert.danger{background:var(--danger-soft);color:var(--danger)}
.alert.ok{background:var(--ok-soft);color:var(--ok)}
@media (prefers-reduced-motion:no-preference){button,.button,input{transition:border-color .12s,background-color .12s}}
`;
