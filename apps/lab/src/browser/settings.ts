/** What the Lab's server tells its pages. */
export interface Settings {
  issuer: string;
  apiUrl: string;
}

export async function loadSettings(): Promise<Settings> {
  const response = await fetch('/settings.json');
  return (await response.json()) as Settings;
}
