import type { Stylesheet, Theme } from '@ostiary/pages';
import type { Refusal, Service } from '@ostiary/service';

/** Who is at the other end of the connection, as the host saw it; no header is believed for this. */
export interface Peer {
  address: string;
  isTls: boolean;
  /** Whether they closed the connection without waiting for the answer. Absent where the host cannot tell. */
  hasLeft?(): Promise<boolean>;
}

/** A clock that can be moved forward, in development. */
export interface TestClock {
  now(): number;
  offsetMs(): number;
  advance(seconds: number): void;
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
