import { createPublicKey, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { KeyWrapper, Service } from '@ostiary/service';
import type { PublicJwk } from '@ostiary/wire';

/**
 * Gives a fresh store its RS256 key. Making one takes a good part of a second, and every test file opens issuers of its own,
 * so one key serves all tests on a machine.
 */
export async function insertSharedRsaKey(
  store: Service['store'],
  keyWrapper: KeyWrapper,
  nowMs: number,
): Promise<void> {
  const known = await store.keys.listSigning();
  if (known.some(({ alg }) => alg === 'RS256')) return;
  const kid = 'shared-test-keys';
  const pkcs8 = sharedRsaKey();
  const publicKey = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  await store.keys.insertSigning({
    kid,
    alg: 'RS256',
    publicJwk: publicKey.export({ format: 'jwk' }) as PublicJwk,
    sealed: keyWrapper.seal(pkcs8, `signing:${kid}`),
    createdAtMs: nowMs,
    activeFromMs: nowMs,
  });
}

/** Read from the folder for temporary files, or made and left there; whoever comes second finds a whole file. */
function sharedRsaKey(): Buffer {
  const folder = join(tmpdir(), `ostiary-tests-${userInfo().uid}`);
  const file = join(folder, 'rs256.der');
  try {
    return readFileSync(file);
  } catch {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.${process.pid}`, pkcs8, { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
    return pkcs8;
  }
}
