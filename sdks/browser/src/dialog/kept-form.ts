export interface KeptFormOptions {
  /** Tells forms of one app apart. Default: the form's `id`, its `name`, or the path of the page. */
  name?: string;
  /** Whose work it is, such as `user?.sub`: it is given back to nobody else. */
  owner?: string | undefined;
}

interface Kept {
  owner: string | undefined;
  fields: KeptField[];
}
interface KeptField {
  name: string;
  values: string[];
}

/**
 * Keeps what stands in a form for this tab, over a sign-in by redirect, until `restoreForm` or the end of the tab. Passwords,
 * one-time codes, payment cards, files and hidden fields are never kept.
 *
 * @returns whether the browser keeps it
 */
export function keepForm(form: HTMLFormElement, { name = nameOf(form), owner }: KeptFormOptions = {}): boolean {
  const fields = [...fieldsOf(form)].map(([field, own]) => ({ name: field, values: own.flatMap(valuesOf) }));
  try {
    sessionStorage.setItem(keyOf(name), JSON.stringify({ owner, fields } satisfies Kept));
    return true;
  } catch {
    return false; // Quota, or no storage.
  }
}

/**
 * Puts back what `keepForm` kept, once, with `input` and `change` events. What was kept for somebody else is thrown away.
 *
 * @returns whether there was something
 */
export function restoreForm(form: HTMLFormElement, { name = nameOf(form), owner }: KeptFormOptions = {}): boolean {
  const kept = take(keyOf(name));
  if (kept === undefined || kept.owner !== owner) return false;
  const fields = fieldsOf(form);
  for (const { name: field, values } of kept.fields) {
    const left = [...values];
    for (const each of fields.get(field) ?? []) putBack(each, left);
  }
  return true;
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function fieldsOf(form: HTMLFormElement): Map<string, Field[]> {
  const fields = new Map<string, Field[]>();
  for (const element of form.elements) {
    if (!isField(element) || element.name === '' || isSecret(element)) continue;
    fields.set(element.name, [...(fields.get(element.name) ?? []), element]);
  }
  return fields;
}

function isField(element: Element): element is Field {
  const kinds = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement];
  return kinds.some((kind) => element instanceof kind);
}

const neverKept = new Set(['password', 'hidden', 'file', 'submit', 'button', 'reset', 'image']);

/** A password may be shown as text for a moment; what it is then stands in `autocomplete`. */
function isSecret({ type, autocomplete }: Field): boolean {
  return neverKept.has(type) || /password|one-time-code|\bcc-/.test(autocomplete);
}

function isChoice(field: Field): field is HTMLInputElement {
  return field.type === 'checkbox' || field.type === 'radio';
}

function valuesOf(field: Field): string[] {
  if (field instanceof HTMLSelectElement) return [JSON.stringify([...field.selectedOptions].map(({ value }) => value))];
  return [isChoice(field) ? String(field.checked) : field.value];
}

/** Fields of one name take their values in order. A value that is the same makes no event. */
function putBack(field: Field, left: string[]): void {
  const value = left.shift();
  if (value === undefined || valuesOf(field)[0] === value) return;
  if (field instanceof HTMLSelectElement) {
    const chosen = JSON.parse(value) as string[];
    for (const option of field.options) option.selected = chosen.includes(option.value);
  } else if (isChoice(field)) {
    if (field.type === 'checkbox' || value === 'true') field.click(); // Makes its events itself.
    return;
  } else {
    setValue(field, value);
  }
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** By the prototype's setter: libraries that watch a field's own `value` (React) would take the change for their own. */
function setValue(field: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  const prototype = Object.getPrototypeOf(field) as object;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
}

function take(key: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return text === null ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

function nameOf(form: HTMLFormElement): string {
  return form.getAttribute('id') ?? form.getAttribute('name') ?? location.pathname;
}

function keyOf(name: string): string {
  return `ostiary.form.${name}`;
}
