/** Rooms: wide pages; tables that become cards on a phone. */
export const roomRules = `
.room>header,.room>main{max-width:960px;margin:0 auto;padding:var(--space-4)}
.room>header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:var(--space-2) var(--space-4)}
.room nav{display:flex;flex-wrap:wrap;gap:0 var(--space-4);color:var(--muted);font-size:var(--size-note);align-items:center}
.room nav a{padding:var(--space-1) 0}
.room>main{display:grid;gap:var(--space-6);padding-bottom:var(--space-12)}
.room section{display:grid;gap:var(--space-4);min-width:0;padding:var(--space-6);background:var(--raised);border:1px solid var(--line);border-radius:calc(var(--radius)*1.5)}
.room h2{font-size:var(--size-head)}
.room section>form{justify-self:start}
.question{width:100%;max-width:560px;margin:var(--space-6) auto}
.question ul{padding-inline-start:var(--space-6)}
.actions{display:flex;flex-wrap:wrap;gap:var(--space-2);margin-top:var(--space-2)}
.empty{color:var(--muted)}
.badge{display:inline-block;padding:0 var(--space-2);border-radius:999px;background:var(--ok-soft);color:var(--ok);font-size:var(--size-small);font-weight:600;white-space:nowrap}
.plain{padding:0;list-style:none}
table{width:100%;border-collapse:collapse}
table button{min-height:36px;padding:5px var(--space-3);font-size:var(--size-note);white-space:nowrap}
th,td{padding:var(--space-3) var(--space-4) var(--space-3) 0;text-align:start;vertical-align:top;font-weight:400}
tr>:last-child{padding-inline-end:0}
thead th{padding-block:0 var(--space-2);color:var(--muted);font-size:var(--size-small)}
tbody tr{border-top:1px solid var(--line)}
td time{white-space:nowrap}
@media (min-width:641px){tr>:last-child{text-align:end}tbody th{font-weight:600}[aria-labelledby=events] tbody th{font-weight:400}}
@media (max-width:640px){
.room section{padding:var(--space-4)}
table,tbody,tr,th,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:0}
tbody tr{display:grid;gap:var(--space-2);padding:var(--space-4) 0}
tbody tr:last-child{padding-bottom:0}
tbody th{font-weight:600}
td{position:relative;padding-inline-start:8.5rem}
td:has(form){padding:var(--space-1) 0 0}
td:not(:has(form))::before{content:attr(data-column);position:absolute;inset-inline-start:0;line-height:1.85;color:var(--muted);font-size:var(--size-small)}
td:has(ul){padding:0}
td:has(ul):not(:has(form))::before{position:static}
[aria-labelledby=events] th{font-weight:400}
[aria-labelledby=events] td::before{display:none}
[aria-labelledby=events] td{padding:0;color:var(--muted);font-size:var(--size-note)}
}
`;
