import { applyConfiguration } from '@ostiary/service';
import { openService } from './compose.ts';
import type { Composition, OpenService } from './compose.ts';
import { makeFace } from './face.ts';
import { serve } from './serve.ts';
import { startUpkeep } from './upkeep.ts';

/** One server of the program, listening. */
export interface RunningNode {
  host: string;
  /** The port in use: another than asked for when that was 0. */
  port: number;
  /** Takes no new connections, finishes what it has begun, writes what was put off, closes the store. */
  stop(): Promise<void>;
}

/** Opens the store, brings it into line with the configuration, and listens. Leaves nothing open when it throws. */
export async function runNode(house: Composition, address: { host: string; port: number }): Promise<RunningNode> {
  const open = await openService(house);
  try {
    return await serveOn(open, house, address);
  } catch (fault) {
    await open.close();
    throw fault;
  }
}

async function serveOn(
  open: OpenService,
  house: Composition,
  address: { host: string; port: number },
): Promise<RunningNode> {
  await applyConfiguration(open.service);
  const { trustedProxies } = house.configuration;
  const face = await makeFace(open.service, house);
  const { host, port, close } = await serve(face, { ...address, trustedProxies }, house.log);
  const upkeep = startUpkeep(open.service);
  return {
    host,
    port,
    async stop() {
      await close();
      await upkeep.stop();
      await open.close();
    },
  };
}
