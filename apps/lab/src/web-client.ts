/** The web app as the issuer knows it. For loopback only, as everything of the Lab. */
export const webClient = { id: 'lab-web', secret: 'lab-web-secret' } as const;
