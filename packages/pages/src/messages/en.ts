import type { Cause, EventKind, Problem } from '../causes.ts';
import { phrase } from '../phrase.ts';
import type { Phrase } from '../phrase.ts';

interface ProblemWords {
  readonly title: string;
  readonly happened: string;
  readonly remedy: string;
}

interface EventNames {
  readonly client: string;
  readonly device: string;
}

const problems: Record<Problem, ProblemWords> = {
  unknown_client: {
    title: 'This app is not known here',
    happened: 'The link that brought you here names an app that is not registered.',
    remedy: 'Go back to the app and try again. If it happens again, tell the people who run the app.',
  },
  redirect_uri_mismatch: {
    title: 'You cannot be sent back to this app',
    happened: 'The app asked us to send you to an address that is not registered for it. To protect you, we did not.',
    remedy: 'There is nothing you need to change. Tell the people who run the app.',
  },
  invalid_request: {
    title: 'The app’s request cannot be used',
    happened: 'Something is missing or wrong in what the app sent with you.',
    remedy: 'Go back to the app and try again. If it happens again, tell the people who run the app.',
  },
  page_expired: {
    title: 'This page waited too long',
    happened: 'A sign-in is kept open for a limited time, and this one is over.',
    remedy: 'Go back to the app and sign in again.',
  },
  other_browser: {
    title: 'This sign-in started somewhere else',
    happened: 'It was not started in this browser, or cookies are switched off here.',
    remedy: 'Allow cookies for this site, then go back to the app and sign in again.',
  },
  form_rejected: {
    title: 'This form could not be accepted',
    happened: 'It came from an older page or from another site. Nothing was changed.',
    remedy: 'Go back, load the page again and repeat what you did.',
  },
  user_disabled: {
    title: 'This account is switched off',
    happened: 'You cannot sign in with it at the moment.',
    remedy: 'Ask the people who run this service.',
  },
  too_many_requests: {
    title: 'Too many tries',
    happened: 'There were many requests from here in a short time.',
    remedy: 'Wait a little, then try again.',
  },
  temporarily_unavailable: {
    title: 'Not available right now',
    happened: 'The service cannot answer at the moment. Nothing was lost.',
    remedy: 'Try again in a minute.',
  },
  not_found: {
    title: 'There is no page here',
    happened: 'The address may be mistyped, or the page has moved.',
    remedy: 'Check the address, or go back to where you came from.',
  },
  server_error: {
    title: 'Something went wrong here',
    happened: 'It is our mistake, not yours, and it was written down.',
    remedy: 'Try again. If it happens again, tell the people who run this service.',
  },
};

const causes: Record<Cause, string> = {
  signed_out: 'You signed out.',
  signed_out_everywhere: 'You were signed out everywhere.',
  device_removed: 'You signed out this device.',
  consent_withdrawn: 'You withdrew access.',
  consent_changed: 'What you allowed has changed.',
  permission_removed: 'The app lost a permission.',
  user_disabled: 'The account was switched off.',
  client_disabled: 'The app was switched off.',
  reuse_detected: 'An old key was used again. Somebody may have copied it, so we signed this app out here.',
  code_replayed: 'A one-time code was used twice. To be safe, we undid the sign-in.',
  idle_expired: 'It was not used for too long.',
  absolute_expired: 'It reached its time limit.',
  superseded: 'Newer sign-ins took its place.',
  revoked_by_client: 'The app ended it.',
  exhausted: 'It was renewed as often as possible.',
  history_lost: 'The service was restored from an older copy.',
  session_replaced: 'Another sign-in in the same browser took its place.',
};

const events: Record<EventKind, (names: EventNames) => Phrase> = {
  session_started: ({ device }) => phrase`You signed in on ${device}`,
  session_ended: ({ device }) => phrase`You were signed out on ${device}`,
  family_born: ({ client, device }) => phrase`${client} was signed in on ${device}`,
  family_ended: ({ client, device }) => phrase`${client} was signed out on ${device}`,
  consent_given: ({ client }) => phrase`You gave access to ${client}`,
  consent_withdrawn: ({ client }) => phrase`You withdrew access from ${client}`,
  device_seen: ({ device }) => phrase`New device: ${device}`,
  device_removed: ({ device }) => phrase`You signed out the device ${device}`,
  user_disabled: () => phrase`Your account was switched off`,
  signed_out_everywhere: () => phrase`Every browser, app and background job was signed out`,
  sign_in_failed: ({ device }) => phrase`A sign-in failed on ${device}`,
  refused: ({ client }) => phrase`A request from ${client} was refused`,
};

export const en = {
  errorTitle: (title: string) => `Error: ${title}`,
  unknownClient: '(unknown app)',
  unknownDevice: '(unknown device)',

  signIn: {
    title: (client: string) => phrase`Sign in to continue to ${client}`,
    titleAgain: (client: string) => phrase`Confirm it is you to continue to ${client}`,
    withAccount: (product: string) => phrase`with your ${product} account`,
    username: 'Username',
    password: 'Password',
    submit: 'Sign in',
    cancel: 'Cancel',
    continueAs: (name: string) => phrase`Continue as ${name}`,
    orAnother: 'or use another account',
    wrongCredentials: 'That username and password do not match. Check both and try again.',
    tooManyAttempts: (wait: string) => phrase`Too many tries. Try again in ${wait}.`,
    sessionExpired: 'This page waited too long. Sign in again to go on.',
  },

  identity: {
    openid: 'Know who you are',
    profile: 'See your name and profile',
    email: 'See your email address',
    address: 'See your postal address',
    phone: 'See your phone number',
  },

  consent: {
    title: (client: string) => phrase`${client} asks for access`,
    signedInAs: (name: string) => phrase`You are signed in as ${name}`,
    sendsTo: (host: string) => phrase`Afterwards you go to ${host}`,
    wants: 'If you allow it, this app can:',
    nothingNew: 'It asks for nothing new.',
    atApi: (api: string) => phrase`at ${api}`,
    offlineTitle: 'Keep access when you are not using it',
    offlineText: 'It goes on while you are away, until you withdraw it.',
    alreadyAllowed: 'Already allowed',
    later: (product: string) => phrase`You can withdraw access at any time in your ${product} account.`,
    allow: 'Allow',
    deny: 'Do not allow',
  },

  error: {
    whatToDo: 'What you can do',
    back: 'Go back',
    reference: 'Reference',
    retryIn: (wait: string) => phrase`Try again in ${wait}.`,
    developer: 'Details for developers',
    code: 'Error',
    description: 'Description',
    client: 'App',
    sentUri: 'redirect_uri that was sent',
    registeredUris: 'redirect_uris that are registered',
    none: '(none)',
    exact: 'They are compared character by character; what differs is marked.',
  },

  signOut: {
    title: 'Sign out?',
    fromClient: (client: string) => phrase`${client} asks to sign you out.`,
    what: (name: string) =>
      phrase`You are signed in as ${name}. Apps that you use in this browser will ask you to sign in again.`,
    submit: 'Sign out',
    stay: 'Stay signed in',
  },

  signedOut: {
    title: 'You are signed out',
    text: 'You can close this page.',
    back: (client: string) => phrase`Back to ${client}`,
    signInAgain: 'Sign in again',
  },

  account: {
    title: 'Your account',
    signOut: 'Sign out',
    devices: 'Where you are signed in',
    device: 'Device',
    thisDevice: 'This device',
    apps: 'Apps',
    noApps: 'None',
    firstSeen: 'First seen',
    lastSeen: 'Last seen',
    action: 'Action',
    removeDevice: 'Sign out',
    removeDeviceLabel: (device: string) => phrase`Sign out ${device}`,
    removeOthers: 'Sign out all other devices',
    signOutEverywhere: 'Sign out everywhere',
    noDevices: 'No device is signed in. A device appears here when you sign in on it.',
    connectedApps: 'Connected apps',
    app: 'App',
    may: 'What it may do',
    since: 'Since',
    offline: 'Keeps access when you are not using it',
    online: 'Only while you are signed in',
    withdraw: 'Withdraw access',
    withdrawLabel: (client: string) => phrase`Withdraw access from ${client}`,
    noConnectedApps: 'No app has access. An app appears here when you allow it something.',
    events: 'What happened',
    when: 'When',
    what: 'What',
    noEvents: 'Nothing yet. Sign-ins, sign-outs and changes of access appear here.',
    notices: {
      deviceRemoved: (device: string) => phrase`${device} is signed out.`,
      othersRemoved: 'All other devices are signed out.',
      accessWithdrawn: (client: string) => phrase`${client} no longer has access.`,
      alreadyGone: 'That was done already. Nothing was changed.',
    },
  },

  confirm: {
    cancel: 'Cancel',
    device: (device: string) => phrase`Sign out ${device}?`,
    deviceText: (device: string) =>
      phrase`This signs you out on ${device}. Apps that you use there will ask you to sign in again.`,
    thisDeviceText: 'This is the device you are using now. You will be signed out here.',
    deviceApps: 'These apps are signed out there:',
    deviceSubmit: 'Sign out this device',
    others: 'Sign out all other devices?',
    othersText: 'You stay signed in here. You will be signed out on:',
    othersSubmit: 'Sign out all other devices',
    everywhere: 'Sign out everywhere?',
    everywhereText:
      'This signs you out in every browser and every app. What apps do for you while you are away stops, until you sign in to them again. What you allowed them stays allowed.',
    everywhereHere: 'You will be signed out here, too.',
    everywhereSubmit: 'Sign out everywhere',
    app: (client: string) => phrase`Withdraw access from ${client}?`,
    appText: (client: string) =>
      phrase`${client} is signed out on all your devices and can no longer act for you. You can allow it again later.`,
    appOffline: 'What it does for you while you are away stops too.',
    appSubmit: 'Withdraw access',
  },

  formPost: {
    title: 'Going back to the app',
    submit: 'Continue',
  },

  home: {
    text: 'This is where you sign in to your apps.',
    account: 'Your account',
    discovery: 'OpenID configuration',
    developers: 'For developers',
    issuer: 'Issuer',
  },

  problems,
  causes,
  events,
};

/** All words of all pages. English is the measure: another language has the same keys with the same names in them. */
export type Messages = typeof en;
