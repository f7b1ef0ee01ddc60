import { phrase } from '../phrase.ts';
import type { Messages } from './en.ts';

const problems: Messages['problems'] = {
  unknown_client: {
    title: 'Diese App ist hier nicht bekannt',
    happened: 'Der Link, der Sie hierher geführt hat, nennt eine App, die nicht registriert ist.',
    remedy:
      'Gehen Sie zur App zurück und versuchen Sie es noch einmal. Geschieht es wieder, sagen Sie es den Betreibern der App.',
  },
  redirect_uri_mismatch: {
    title: 'Sie können nicht zu dieser App zurückgeleitet werden',
    happened:
      'Die App wollte Sie an eine Adresse schicken, die für sie nicht registriert ist. Zu Ihrem Schutz haben wir das nicht getan.',
    remedy: 'Sie selbst müssen nichts ändern. Sagen Sie es den Betreibern der App.',
  },
  invalid_request: {
    title: 'Die Anfrage der App ist nicht brauchbar',
    happened: 'In dem, was die App mitgeschickt hat, fehlt etwas oder ist etwas falsch.',
    remedy:
      'Gehen Sie zur App zurück und versuchen Sie es noch einmal. Geschieht es wieder, sagen Sie es den Betreibern der App.',
  },
  page_expired: {
    title: 'Diese Seite hat zu lange gewartet',
    happened: 'Eine Anmeldung bleibt nur eine begrenzte Zeit offen, und diese ist vorbei.',
    remedy: 'Gehen Sie zur App zurück und melden Sie sich noch einmal an.',
  },
  other_browser: {
    title: 'Diese Anmeldung hat anderswo begonnen',
    happened: 'Sie wurde nicht in diesem Browser begonnen, oder Cookies sind hier ausgeschaltet.',
    remedy: 'Erlauben Sie Cookies für diese Seite, gehen Sie dann zur App zurück und melden Sie sich noch einmal an.',
  },
  form_rejected: {
    title: 'Dieses Formular konnte nicht angenommen werden',
    happened: 'Es kam von einer älteren Seite oder von einer anderen Website. Es wurde nichts geändert.',
    remedy: 'Gehen Sie zurück, laden Sie die Seite neu und wiederholen Sie, was Sie getan haben.',
  },
  user_disabled: {
    title: 'Dieses Konto ist abgeschaltet',
    happened: 'Sie können sich damit im Augenblick nicht anmelden.',
    remedy: 'Fragen Sie die Betreiber dieses Dienstes.',
  },
  too_many_requests: {
    title: 'Zu viele Versuche',
    happened: 'Von hier kamen in kurzer Zeit viele Anfragen.',
    remedy: 'Warten Sie ein wenig und versuchen Sie es dann noch einmal.',
  },
  temporarily_unavailable: {
    title: 'Zurzeit nicht verfügbar',
    happened: 'Der Dienst kann im Augenblick nicht antworten. Es ist nichts verloren gegangen.',
    remedy: 'Versuchen Sie es in einer Minute noch einmal.',
  },
  not_found: {
    title: 'Hier ist keine Seite',
    happened: 'Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen.',
    remedy: 'Prüfen Sie die Adresse, oder gehen Sie dorthin zurück, woher Sie kamen.',
  },
  server_error: {
    title: 'Hier ist etwas schiefgegangen',
    happened: 'Es ist unser Fehler, nicht Ihrer, und wurde festgehalten.',
    remedy: 'Versuchen Sie es noch einmal. Geschieht es wieder, sagen Sie es den Betreibern dieses Dienstes.',
  },
};

const causes: Messages['causes'] = {
  signed_out: 'Sie haben sich abgemeldet.',
  signed_out_everywhere: 'Sie wurden überall abgemeldet.',
  device_removed: 'Sie haben dieses Gerät abgemeldet.',
  consent_withdrawn: 'Sie haben den Zugriff entzogen.',
  consent_changed: 'Was Sie erlaubt haben, hat sich geändert.',
  permission_removed: 'Die App hat eine Berechtigung verloren.',
  user_disabled: 'Das Konto wurde abgeschaltet.',
  client_disabled: 'Die App wurde abgeschaltet.',
  reuse_detected:
    'Ein alter Schlüssel wurde noch einmal benutzt. Vielleicht hat ihn jemand kopiert, darum haben wir diese App hier abgemeldet.',
  code_replayed: 'Ein Einmalcode wurde zweimal benutzt. Zur Sicherheit haben wir die Anmeldung rückgängig gemacht.',
  idle_expired: 'Die Anmeldung wurde zu lange nicht benutzt.',
  absolute_expired: 'Die Anmeldung hat ihre längste Dauer erreicht.',
  superseded: 'Neuere Anmeldungen sind an die Stelle dieser Anmeldung getreten.',
  revoked_by_client: 'Die App hat die Anmeldung beendet.',
  exhausted: 'Die Anmeldung wurde so oft verlängert, wie es geht.',
  history_lost: 'Der Dienst wurde aus einer älteren Kopie wiederhergestellt.',
  session_replaced: 'Eine andere Anmeldung im selben Browser ist an die Stelle dieser Anmeldung getreten.',
};

const events: Messages['events'] = {
  session_started: ({ device }) => phrase`Sie haben sich auf ${device} angemeldet`,
  session_ended: ({ device }) => phrase`Sie wurden auf ${device} abgemeldet`,
  family_born: ({ client, device }) => phrase`${client} wurde auf ${device} angemeldet`,
  family_ended: ({ client, device }) => phrase`${client} wurde auf ${device} abgemeldet`,
  consent_given: ({ client }) => phrase`Sie haben ${client} Zugriff gegeben`,
  consent_withdrawn: ({ client }) => phrase`Sie haben ${client} den Zugriff entzogen`,
  device_seen: ({ device }) => phrase`Neues Gerät: ${device}`,
  device_removed: ({ device }) => phrase`Sie haben das Gerät ${device} abgemeldet`,
  user_disabled: () => phrase`Ihr Konto wurde abgeschaltet`,
  signed_out_everywhere: () => phrase`Alle Browser, Apps und Hintergrundarbeiten wurden abgemeldet`,
  sign_in_failed: ({ device }) => phrase`Eine Anmeldung auf ${device} ist fehlgeschlagen`,
  refused: ({ client }) => phrase`Eine Anfrage von ${client} wurde abgelehnt`,
};

export const de: Messages = {
  errorTitle: (title) => `Fehler: ${title}`,
  unknownClient: '(unbekannte App)',
  unknownDevice: '(unbekanntes Gerät)',

  signIn: {
    title: (client) => phrase`Anmelden, um mit ${client} fortzufahren`,
    titleAgain: (client) => phrase`Bestätigen Sie, dass Sie es sind, um mit ${client} fortzufahren`,
    withAccount: (product) => phrase`mit Ihrem ${product}-Konto`,
    username: 'Benutzername',
    password: 'Passwort',
    submit: 'Anmelden',
    cancel: 'Abbrechen',
    continueAs: (name) => phrase`Weiter als ${name}`,
    orAnother: 'oder mit einem anderen Konto',
    wrongCredentials:
      'Benutzername und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.',
    tooManyAttempts: (wait) => phrase`Zu viele Versuche. Versuchen Sie es in ${wait} noch einmal.`,
    sessionExpired: 'Diese Seite hat zu lange gewartet. Melden Sie sich noch einmal an.',
  },

  identity: {
    openid: 'Wissen, wer Sie sind',
    profile: 'Ihren Namen und Ihr Profil sehen',
    email: 'Ihre E-Mail-Adresse sehen',
    address: 'Ihre Postanschrift sehen',
    phone: 'Ihre Telefonnummer sehen',
  },

  consent: {
    title: (client) => phrase`${client} bittet um Zugriff`,
    signedInAs: (name) => phrase`Sie sind angemeldet als ${name}`,
    sendsTo: (host) => phrase`Danach gelangen Sie zu ${host}`,
    wants: 'Wenn Sie es erlauben, kann diese App:',
    nothingNew: 'Sie bittet um nichts Neues.',
    atApi: (api) => phrase`bei ${api}`,
    offlineTitle: 'Zugriff behalten, auch wenn Sie die App nicht benutzen',
    offlineText: 'Das gilt auch, während Sie nicht da sind, bis Sie den Zugriff entziehen.',
    alreadyAllowed: 'Schon erlaubt',
    later: (product) => phrase`Sie können den Zugriff jederzeit in Ihrem ${product}-Konto entziehen.`,
    allow: 'Erlauben',
    deny: 'Nicht erlauben',
  },

  error: {
    whatToDo: 'Was Sie tun können',
    back: 'Zurück',
    reference: 'Kennzeichen',
    retryIn: (wait) => phrase`Versuchen Sie es in ${wait} noch einmal.`,
    developer: 'Einzelheiten für Entwickler',
    code: 'Fehler',
    description: 'Beschreibung',
    client: 'App',
    sentUri: 'gesendete redirect_uri',
    registeredUris: 'registrierte redirect_uris',
    none: '(keine)',
    exact: 'Verglichen wird Zeichen für Zeichen; was abweicht, ist markiert.',
  },

  signOut: {
    title: 'Abmelden?',
    fromClient: (client) => phrase`${client} möchte Sie abmelden.`,
    what: (name) =>
      phrase`Sie sind angemeldet als ${name}. Apps, die Sie in diesem Browser benutzen, werden Sie bitten, sich wieder anzumelden.`,
    submit: 'Abmelden',
    stay: 'Angemeldet bleiben',
  },

  signedOut: {
    title: 'Sie sind abgemeldet',
    text: 'Sie können diese Seite schließen.',
    back: (client) => phrase`Zurück zu ${client}`,
    signInAgain: 'Wieder anmelden',
  },

  account: {
    title: 'Ihr Konto',
    signOut: 'Abmelden',
    devices: 'Wo Sie angemeldet sind',
    device: 'Gerät',
    thisDevice: 'Dieses Gerät',
    apps: 'Apps',
    noApps: 'Keine',
    firstSeen: 'Zuerst gesehen',
    lastSeen: 'Zuletzt gesehen',
    action: 'Aktion',
    removeDevice: 'Abmelden',
    removeDeviceLabel: (device) => phrase`${device} abmelden`,
    removeOthers: 'Alle anderen Geräte abmelden',
    signOutEverywhere: 'Überall abmelden',
    noDevices: 'Kein Gerät ist angemeldet. Ein Gerät erscheint hier, wenn Sie sich darauf anmelden.',
    connectedApps: 'Verbundene Apps',
    app: 'App',
    may: 'Was sie darf',
    since: 'Seit',
    offline: 'Behält Zugriff, auch wenn Sie sie nicht benutzen',
    online: 'Nur solange Sie angemeldet sind',
    withdraw: 'Zugriff entziehen',
    withdrawLabel: (client) => phrase`${client}: Zugriff entziehen`,
    noConnectedApps: 'Keine App hat Zugriff. Eine App erscheint hier, wenn Sie ihr etwas erlauben.',
    events: 'Was geschehen ist',
    when: 'Wann',
    what: 'Was',
    noEvents: 'Noch nichts. Anmeldungen, Abmeldungen und Änderungen des Zugriffs erscheinen hier.',
    notices: {
      deviceRemoved: (device) => phrase`${device} ist abgemeldet.`,
      othersRemoved: 'Alle anderen Geräte sind abgemeldet.',
      accessWithdrawn: (client) => phrase`${client} hat keinen Zugriff mehr.`,
      alreadyGone: 'Das war schon getan. Es wurde nichts geändert.',
    },
  },

  confirm: {
    cancel: 'Abbrechen',
    device: (device) => phrase`${device} abmelden?`,
    deviceText: (device) =>
      phrase`Sie werden auf ${device} abgemeldet. Apps, die Sie dort benutzen, werden Sie bitten, sich wieder anzumelden.`,
    thisDeviceText: 'Das ist das Gerät, das Sie gerade benutzen. Sie werden hier abgemeldet.',
    deviceApps: 'Diese Apps werden dort abgemeldet:',
    deviceSubmit: 'Dieses Gerät abmelden',
    others: 'Alle anderen Geräte abmelden?',
    othersText: 'Hier bleiben Sie angemeldet. Sie werden abgemeldet auf:',
    othersSubmit: 'Alle anderen Geräte abmelden',
    everywhere: 'Überall abmelden?',
    everywhereText:
      'Sie werden in jedem Browser und jeder App abgemeldet. Was Apps für Sie tun, während Sie nicht da sind, hört auf, bis Sie sich dort wieder anmelden. Was Sie ihnen erlaubt haben, bleibt erlaubt.',
    everywhereHere: 'Auch hier werden Sie abgemeldet.',
    everywhereSubmit: 'Überall abmelden',
    app: (client) => phrase`${client} den Zugriff entziehen?`,
    appText: (client) =>
      phrase`${client} wird auf allen Ihren Geräten abgemeldet und kann nicht mehr für Sie handeln. Sie können es später wieder erlauben.`,
    appOffline: 'Auch was die App für Sie tut, während Sie nicht da sind, hört auf.',
    appSubmit: 'Zugriff entziehen',
  },

  formPost: {
    title: 'Zurück zur App',
    submit: 'Weiter',
  },

  home: {
    text: 'Hier melden Sie sich für Ihre Apps an.',
    account: 'Ihr Konto',
    discovery: 'OpenID-Konfiguration',
    developers: 'Für Entwickler',
    issuer: 'Aussteller',
  },

  problems,
  causes,
  events,
};
