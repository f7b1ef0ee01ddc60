/** The form of a page: where it goes, and the values that its inputs have before anybody types. */
export type PageForm = { action: URL; values: Record<string, string>; fields: string[] };

/** Reads the form that asks for a password or a decision; throws with the page's words when there is none. */
export function parseForm(html: string, pageUrl: URL): PageForm {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map(([, head = '', inside = '']) =>
    readForm(head, inside, pageUrl),
  );
  const form = forms.find(({ fields }) => fields.includes('password') || fields.includes('decision'));
  if (form) return form;
  throw new Error(
    `No sign-in or consent form at ${pageUrl.pathname}: ${html.replace(/<[^>]*>|\s+/g, ' ').slice(0, 300)}`,
  );
}

function readForm(head: string, inside: string, pageUrl: URL): PageForm {
  const values: Record<string, string> = {};
  const fields: string[] = [];
  for (const [tag] of inside.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
    const name = attribute(tag, 'name');
    if (name === undefined) continue;
    fields.push(name);
    if (attribute(tag, 'type') === 'hidden') values[name] = attribute(tag, 'value') ?? '';
  }
  return { action: new URL(attribute(head, 'action') ?? pageUrl.href, pageUrl), values, fields };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
