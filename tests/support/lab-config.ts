import type { OstiaryConfig } from 'ostiary';

/** The configuration that the Lab's issuer runs with, as it stands in the repository. */
export async function labConfig(): Promise<OstiaryConfig> {
  const file = new URL('../../apps/lab/ostiary.config.ts', import.meta.url).href;
  const { default: config } = (await import(file)) as { default: OstiaryConfig };
  return config;
}
