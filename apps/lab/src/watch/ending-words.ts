const words: Readonly<Record<string, string>> = {
  consent_withdrawn: 'You took back your permission.',
  consent_changed: 'You changed what this app may do.',
  permission_removed: 'This app may no longer read your feed.',
  user_disabled: 'The account was disabled.',
  client_disabled: 'This app was switched off.',
  device_removed: 'You removed the device that you allowed it on.',
  signed_out_everywhere: 'You signed out everywhere.',
  idle_expired: 'The permission was not used for too long.',
  absolute_expired: 'The time that the permission was given for is over.',
  reuse_detected: 'Somebody else used the permission.',
};

/** Why a watch ended, for the one whose it is. */
export function endingWords(cause: string): string {
  return words[cause] ?? 'The issuer ended the permission.';
}
