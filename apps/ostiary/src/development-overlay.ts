import type { DevelopmentOverlay, OverlayChange } from '@ostiary/http';
import type { Settings } from '@ostiary/service';
import type { CheckedConfig } from './config/check-config.ts';
import type { Configuration } from './config/configuration.ts';
import { emptyOverlay } from './config/overlay.ts';
import type { Overlay } from './config/overlay.ts';
import { errorsAmong } from './config/problem.ts';
import { partsForRestart } from './operations/reload.ts';

interface OverlayParts {
  /** The configuration in force. */
  current(): Configuration;
  /** Reads the file with an overlay and checks both by the same rules. */
  check(overlay: Overlay): Promise<CheckedConfig>;
  /** Puts it in force, or throws and leaves everything as it is. */
  apply(configuration: Configuration): Promise<void>;
  /** One change of the configuration after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** What development laid over the configuration file since the start. It lives as long as this process. */
export class LaidOver implements DevelopmentOverlay {
  readonly #parts: OverlayParts;
  #laid: Overlay = emptyOverlay;

  constructor(parts: OverlayParts) {
    this.#parts = parts;
  }

  laid(): Overlay {
    return this.#laid;
  }

  change(change: OverlayChange): ReturnType<DevelopmentOverlay['change']> {
    return this.#parts.inTurn(() => this.#change(change));
  }

  async #change(change: OverlayChange): ReturnType<DevelopmentOverlay['change']> {
    const { current, check, apply } = this.#parts;
    const laid = withChange(this.#laid, change);
    const checked = await check(laid);
    if (!checked.ok) return { ok: false, problems: errorsAmong(checked.problems) };
    const { settings } = checked.configuration;
    const problems = [...unknownName(change, settings), ...needsRestart(current(), checked.configuration)];
    if (problems.length > 0) return { ok: false, problems };
    await apply(checked.configuration);
    this.#laid = laid;
    return { ok: true, settings };
  }
}

function withChange(overlay: Overlay, { list, name, fields }: OverlayChange): Overlay {
  const changes = overlay[list];
  return { ...overlay, [list]: { ...changes, [name]: { ...changes[name], ...fields } } };
}

function unknownName({ list, name }: OverlayChange, { apis, clients }: Settings): string[] {
  const known: string[] =
    list === 'apis' ? apis.map(({ identifier }) => identifier) : clients.map(({ metadata }) => metadata.client_id);
  if (known.includes(name)) return [];
  return [`${list}: there is none named "${name}"; the names here are ${known.join(', ')}`];
}

/** The file may have changed since it was read. */
function needsRestart(before: Configuration, after: Configuration): string[] {
  const parts = partsForRestart(before, after);
  return parts.length === 0 ? [] : [`the configuration file changes ${parts.join(', ')}: that needs a restart`];
}
