import type { Stylesheet, Theme } from '@ostiary/pages';
import type { Refusal, Service, Settings } from '@ostiary/service';

/** Who is at the other end of the connection, as the host saw it; no header is believed for this. */
export interface Peer {
  address: string;
  isTls: boolean;
  /** Whether they closed the connection without waiting for the answer. Absent where the host cannot tell. */
  hasLeft?(): Promise<boolean>;
  /** Closes the connection at once, whatever waits on it. Absent where the host cannot. */
  cutOff?(): void;
}

/** A clock that can be moved forward, in development. */
export interface TestClock {
  now(): number;
  offsetMs(): number;
  advance(seconds: number): void;
}

/** Fields of one API or client of the configuration, by the names that they have in the file. Their values are not checked yet. */
export interface OverlayChange {
  list: 'apis' | 'clients';
  /** The API's `identifier`, the client's `client_id`. */
  name: string;
  fields: Record<string, unknown>;
}

/** Changes of the configuration in development: laid over the file, never written to it, forgotten at restart. */
export interface DevelopmentOverlay {
  /**
   * Puts a change in force for requests that begin from now on, and gives the settings as they are then. What the rules of the
   * configuration do not allow changes nothing: the field and the remedy come back, one line for each problem.
   */
  change(change: OverlayChange): Promise<{ ok: true; settings: Settings } | { ok: false; problems: string[] }>;
}

/** What all routes share. */
export interface HttpContext {
  service: Service;
  theme: Theme;
  stylesheet: Stylesheet;
  /** Path of the issuer, without trailing slash: '' or '/auth'. */
  basePath: string;
  issuer: string;
  isSecure: boolean;
  /** Part of cookie names on http, since cookies ignore ports. */
  port: string;
  /** Origins that registered clients may call from. */
  allowedOrigins: ReadonlySet<string>;
  testClock?: TestClock;
}

/** Bindings of the router: what is known of each request before its route is. */
export interface Bindings {
  Bindings: {
    peer: Peer;
    correlationId: string;
    /** Headers of every answer to this request. */
    headers: Record<string, string>;
    /** Why the request was turned down, once it is. */
    refused?: Refusal['reason'];
  };
}
