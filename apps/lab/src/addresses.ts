/** Where the parts of the Lab are: origins, without a slash at the end. */
export interface LabAddresses {
  issuer: string;
  /** The single-page apps, and what needs no server of its own. */
  page: string;
  /** The web app. */
  web: string;
  api: string;
}
