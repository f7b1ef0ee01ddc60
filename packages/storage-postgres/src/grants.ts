/** What the role that serves may do. Nobody is granted a change of the audit log. */
export function grants(role: string): string[] {
  const name = quoted(role);
  return [
    `grant select on migration to ${name}`,
    `grant select, insert on audit to ${name}`,
    `grant select, insert, update on meta to ${name}`,
    `grant select, insert, update on "user" to ${name}`,
    `grant select, insert, update on client to ${name}`,
    `grant select, insert, update on device to ${name}`,
    `grant select, insert, update on consent to ${name}`,
    `grant select, insert on terms to ${name}`,
    `grant select, insert, update, delete on session to ${name}`,
    `grant select, insert, update, delete on participant to ${name}`,
    `grant select, insert, update, delete on family to ${name}`,
    `grant select, insert, update, delete on code to ${name}`,
    `grant select, insert, update, delete on interaction to ${name}`,
    `grant select, insert, update, delete on once_value to ${name}`,
    `grant select, insert, update, delete on revoked_token to ${name}`,
    `grant select, insert, update, delete on signing_key to ${name}`,
    `grant select, insert, update on mac_key to ${name}`,
    `grant select, insert, update, delete on rate to ${name}`,
    `grant select, insert, update, delete on node to ${name}`,
  ];
}

/** An identifier as it is, whatever is in it. */
function quoted(identifier: string): string {
  if (identifier === '' || identifier.includes('\0')) throw new TypeError('the runtime role needs a name');
  return `"${identifier.replaceAll('"', '""')}"`;
}
