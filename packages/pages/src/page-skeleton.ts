/**
 * The tags of a page with the names of their attributes, all data left out: two pages made from different data by the same
 * template have the same skeleton, unless data broke out of its place. Throws on anything that our templates cannot have written.
 * For tests alone.
 */
export function pageSkeleton(page: string): string {
  const tag = /<(!?\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/gi;
  const text = page.replace(tag, '');
  const stray = /[<>"']/u.exec(withoutTrustedScript(text));
  if (stray)
    throw new Error(`unescaped ${stray[0]} at: ${text.slice(Math.max(0, stray.index - 40), stray.index + 40)}`);
  return Array.from(page.matchAll(tag), ([, name, attributes]) => `${name}${attributeNames(attributes ?? '')}`).join(
    '\n',
  );
}

function attributeNames(attributes: string): string {
  return Array.from(attributes.matchAll(/\s+([a-z-]+)(?:="[^"]*")?/gi), ([, name]) => ` ${name}`).join('');
}

function withoutTrustedScript(text: string): string {
  return text.replace('HTMLFormElement.prototype.submit.call(document.forms[0])', '');
}
