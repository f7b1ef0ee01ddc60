/** Doors: one column, at most 400 px wide. */
export const doorRules = `
.door{min-height:100dvh;padding:clamp(16px,11vh,112px) var(--space-4) var(--space-6)}
.door main{display:grid;gap:var(--space-4);max-width:400px;margin:0 auto;padding:var(--space-8);background:var(--raised);border:1px solid var(--line);border-radius:calc(var(--radius)*1.5);box-shadow:var(--shadow)}
.door main>*,.door form>*{min-width:0}
.door footer{max-width:400px;margin:var(--space-4) auto 0;color:var(--muted);font-size:var(--size-note)}
.door footer .brand{justify-content:center}
.door h2{margin-bottom:calc(var(--space-3)*-1)}
.door .alert{margin-bottom:var(--space-4)}
.door input[id]{margin-bottom:var(--space-4)}
.door form>button,.door main p>.button{width:100%}
.door form>button+button{margin-top:var(--space-2)}
.asker{display:grid;gap:var(--space-2)}
.asker .quiet{font-size:var(--size-note)}
.tile{display:grid;place-items:center;width:48px;height:48px;margin-bottom:var(--space-2);border-radius:var(--radius);background:var(--accent-soft);color:var(--accent);font-size:var(--size-title);font-weight:600;line-height:1;overflow:hidden;object-fit:contain}
.two-lines small{display:block;font-size:var(--size-small);font-weight:400}
.divider{display:flex;align-items:center;gap:var(--space-3);color:var(--muted);font-size:var(--size-note)}
.divider::before,.divider::after{content:"";flex:1;border-top:1px solid var(--line)}
.permissions{padding:0;list-style:none}
.permissions li{padding:var(--space-3) 0}
.permissions li+li{border-top:1px solid var(--line)}
.permissions .offline+li{border:0}
.permissions .offline{margin-bottom:var(--space-1);padding:var(--space-3) var(--space-4);border:0;border-inline-start:4px solid var(--accent);border-radius:var(--radius);background:var(--accent-soft)}
.choice{display:grid;grid-template-columns:1fr 1fr;gap:var(--space-3)}
.choice button{border:2px solid var(--accent);color:var(--accent);padding-inline:var(--space-2)}
.choice button:hover{background:var(--accent-soft)}
summary{min-height:24px;color:var(--muted);font-size:var(--size-note);cursor:pointer}
details[open] summary{margin-bottom:var(--space-3)}
details .permissions li{padding:var(--space-1) 0;border:0}
details .permissions{color:var(--muted);font-size:var(--size-note)}
dl{display:grid;gap:var(--space-1)}
dt{font-size:var(--size-small);color:var(--muted)}
dt:not(:first-child){margin-top:var(--space-2)}
dd{margin:0}
details dl+p{margin-top:var(--space-3)}
@media (max-width:480px){.door{padding:0 0 var(--space-6);background:var(--raised)}.door main{padding:var(--space-6) var(--space-4);border:0;border-radius:0;box-shadow:none}}
@media (max-width:340px){.choice{grid-template-columns:1fr}}
`;
