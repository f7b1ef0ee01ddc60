import labConfig from '@ostiary/lab/config';
import type { OstiaryConfig } from 'ostiary';
import { freePort } from '../support/free-port.ts';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { startProgram } from '../support/program.ts';

/** The issuer and the Lab as `npm start` runs them, on ports of their own. */
export interface LabHouse extends IssuerProgram {
  /** Origins of the Lab's pages, of its web app, and of its API. */
  lab: string;
  labWeb: string;
  labApi: string;
}

/** Starts both programs with the Lab's own configuration, changed to fit the ports and as the test wants it. */
export async function openLabHouse(
  change: (config: OstiaryConfig) => OstiaryConfig = (same) => same,
): Promise<LabHouse> {
  // The Lab's address stands in the issuer's configuration, and the issuer's in the Lab's environment: the Lab comes second.
  const [labPort, webPort] = await Promise.all([freePort(), freePort()]);
  const issuer = await startIssuer((identifier) =>
    change(withAddresses(labConfig, { issuer: identifier, lab: localhost(labPort), labWeb: localhost(webPort) })),
  );
  const { program, readyLine } = await startProgram(
    {
      args: ['apps/lab/src/main.ts'],
      env: { LAB_ISSUER: issuer.issuer, LAB_PORT: String(labPort), LAB_WEB_PORT: String(webPort), LAB_API_PORT: '0' },
    },
    /^Lab ready on (\S+) \(web app (\S+), API (\S+)\)$/m,
  );
  return {
    ...issuer,
    lab: readyLine[1] ?? '',
    labWeb: readyLine[2] ?? '',
    labApi: readyLine[3] ?? '',
    async close() {
      program.signal('SIGTERM');
      await Promise.all([program.ended, issuer.close()]);
    },
  };
}

/** The documented ports make place for free ones, wherever they stand. */
export function withAddresses(
  config: OstiaryConfig,
  { issuer, lab, labWeb }: Pick<LabHouse, 'issuer' | 'lab' | 'labWeb'>,
): OstiaryConfig {
  const text = JSON.stringify(config)
    .replaceAll('http://localhost:4000', issuer)
    .replaceAll('http://localhost:4001', lab)
    .replaceAll('http://localhost:4002', labWeb)
    .replaceAll('http://127.0.0.1:4001', lab.replace('localhost', '127.0.0.1'));
  return JSON.parse(text) as OstiaryConfig;
}

function localhost(port: number): string {
  return `http://localhost:${port}`;
}
