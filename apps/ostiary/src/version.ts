/** As in the manifest of the program. */
export async function programVersion(): Promise<string> {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
  return manifest.version;
}
