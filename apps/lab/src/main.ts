import { startLab } from './lab.ts';

const lab = await startLab({
  issuer: process.env['LAB_ISSUER'] ?? 'http://localhost:4000',
  port: Number(process.env['LAB_PORT'] ?? 4001),
  webPort: Number(process.env['LAB_WEB_PORT'] ?? 4002),
  apiPort: Number(process.env['LAB_API_PORT'] ?? 4003),
});
console.log(`Lab ready on ${lab.url} (web app ${lab.webUrl}, API ${lab.apiUrl})`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void lab.close().then(() => process.exit(0));
  });
}
