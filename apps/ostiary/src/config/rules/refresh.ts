import { isPublic } from '../configured-client.ts';
import type { ConfiguredClient } from '../configured-client.ts';
import { error, warning } from '../problem.ts';
import type { Problem } from '../problem.ts';

const maxRetrySeconds = 60;

/**
 * Refresh tokens end, and those of public clients rotate.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}
 */
export function checkRefresh(client: ConfiguredClient): Problem[] {
  if (!client.metadata.grant_types.includes('refresh_token')) return [];
  return [...checkRotation(client), ...checkLimits(client), ...checkRetry(client)];
}

function checkRotation(client: ConfiguredClient): Problem[] {
  const { at, written, metadata } = client;
  if (metadata.refresh.stateless === true) return [];
  if (metadata.refresh.rotation === 'on' || !isPublic(client)) return [];
  const loud = 'dangerouslyAllowStaticRefreshTokens';
  const why = 'only rotation finds out that a refresh token of a public client was stolen';
  if (written.refresh?.dangerouslyAllowStaticRefreshTokens === true)
    return [warning(`${at}.refresh.${loud}`, `a stolen refresh token works until it expires: ${why}`)];
  return [
    error(
      `${at}.refresh.rotation`,
      `must be "on" for a client of type ${metadata.type}: ${why}; remove the line (or add ${loud})`,
    ),
  ];
}

function checkLimits({ at, metadata }: ConfiguredClient): Problem[] {
  const { idleSeconds, absoluteSeconds, stateless } = metadata.refresh;
  if (stateless === true) return [];
  if (idleSeconds !== undefined || absoluteSeconds !== undefined) return [];
  const path = `${at}.refresh.absoluteSeconds`;
  if (metadata.type === 'spa') return [error(path, 'a spa needs an idle or an absolute limit; add one')];
  return [
    warning(path, 'without an idle or an absolute limit the refresh tokens of this client never expire; add one'),
  ];
}

/** With an endless window a thief who uses the token once is never found. */
function checkRetry({ at, written }: ConfiguredClient): Problem[] {
  const { retrySeconds, dangerouslyLongRetrySeconds } = written.refresh ?? {};
  const path = `${at}.refresh.retrySeconds`;
  const loud = 'dangerouslyLongRetrySeconds';
  if (retrySeconds !== undefined && dangerouslyLongRetrySeconds !== undefined)
    return [error(path, `stands beside ${loud}; keep one of them`)];
  if (retrySeconds !== undefined && retrySeconds > maxRetrySeconds)
    return [
      error(path, `must be at most ${maxRetrySeconds}, not ${retrySeconds}; a longer window goes by the name ${loud}`),
    ];
  if (dangerouslyLongRetrySeconds === undefined) return [];
  return [
    warning(
      `${at}.refresh.${loud}`,
      `for ${dangerouslyLongRetrySeconds} s after each renewal a stolen refresh token is not found out`,
    ),
  ];
}
