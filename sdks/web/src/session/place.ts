import type { Change } from './stored-sessions.ts';
import type { WebSession } from './web-session.ts';

/** Where the session of one browser is kept: in its cookie, or in a store under the id in its cookie. */
export interface Place {
  load(): Promise<WebSession | undefined>;
  update(change: Change): Promise<WebSession | undefined>;
  /** A new session. */
  insert(session: WebSession): Promise<void>;
  /** Takes what another request of this process made of the same session. */
  adopt(session: WebSession): Promise<void>;
  touch(session: WebSession): Promise<void>;
  end(): Promise<void>;
  /** Whether the browser brought what was sealed by somebody else: it is theirs to take back. */
  isForeign(): boolean;
}
