import type { IssuerKeys } from '../issuer/keys.ts';
import type { MetadataResult } from '../issuer/metadata.ts';
import { parseJwt } from '../jwt/parse.ts';
import { isSignedBy } from '../jwt/signature.ts';
import { readBatch, type RevocationBatch } from './batch.ts';
import { judgeBatch, type BatchFault, type Progress } from './position.ts';

/** Why a batch was refused. */
export type BatchRefusal =
  | 'malformed'
  | 'type_wrong'
  | 'issuer_wrong'
  | 'key_unknown'
  | 'signature_wrong'
  | 'too_many'
  | BatchFault;

export type BatchResult = { ok: true; batch: RevocationBatch } | { ok: false; why: BatchRefusal };

/** Whose word counts. */
export interface BatchSource {
  keys: IssuerKeys;
  metadata: () => Promise<MetadataResult>;
}

/** Verifies a batch: signature, type, issuer, and that it follows what is known. */
export async function verifyBatch(
  jws: string,
  { keys, metadata }: BatchSource,
  progress: Progress,
  nowMs: number,
): Promise<BatchResult> {
  const jwt = parseJwt(jws);
  if (jwt === undefined) return refused('malformed');
  const { typ, alg, kid, crit } = jwt.header;
  if (typ !== 'revocations+jwt' || alg !== 'ES256' || crit !== undefined) return refused('type_wrong');
  const about = await metadata();
  if (!about.ok || jwt.claims['iss'] !== about.value.issuer) return refused('issuer_wrong');
  const found = await keys.find(kid, alg);
  if (!found.ok) return refused('key_unknown');
  if (!(await isSignedBy(jws, found.key))) return refused('signature_wrong');
  const batch = readBatch(jwt.claims);
  if (batch === undefined) return refused('malformed');
  const fault = judgeBatch(batch, progress, nowMs);
  return fault === undefined ? { ok: true, batch } : refused(fault);
}

function refused(why: BatchRefusal): BatchResult {
  return { ok: false, why };
}
