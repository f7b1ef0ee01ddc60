import type { Child } from './child.ts';

export const SUBJECTS = ['floor', 'oidc-provider', 'ostiary', 'before'] as const;
export type SubjectName = (typeof SUBJECTS)[number];
export const STORES = ['sqlite', 'postgres'] as const;
export type StoreName = (typeof STORES)[number];

/** A line of refresh tokens; `refreshToken` is its newest one. */
export type Family = { clientId: string; refreshToken: string };

/** An authorization code that waits to be exchanged. */
export type Code = { clientId: string; code: string; redirectUri: string; codeVerifier: string };

/** What the server process has consumed since it began, all threads together. */
export type Usage = { cpuMicroseconds: number; rssBytes: number };

/** How a subject is reached: the part of it that the load generator needs to know. */
export type Target = {
  origin: string;
  tokenPath: string;
  discoveryPath: string;
  serviceClient: { clientId: string; clientSecret: string };
};

/** A running server under measurement. */
export interface Subject {
  name: SubjectName;
  target: Target;
  /** Whether racers with one refresh token are all served (a peer without a retry rule ends the family). */
  servesRacers: boolean;
  /** Whether it knows refresh tokens and nothing else. */
  onlyRefreshes?: true;
  /** How many families it can hold beside each other, where that is few. */
  mostFamilies?: number;
  families(count: number): Promise<Family[]>;
  codes(count: number): Promise<Code[]>;
  /** Tidies up after codes were exchanged, where a server caps how many families one device may hold. */
  discard(families: Family[]): Promise<void>;
  /** Its process, which answers questions about itself. */
  server(): Child;
  /** CPU microseconds of the database server since it began, where there is one. */
  databaseCpu?: () => Promise<number>;
  /** Stops the server and starts it on the same data; milliseconds from spawn to the first 200 of the token endpoint. */
  restart?: () => Promise<number>;
  /** Bytes on disk of one family with its indexes, where there is a disk; undefined while there are no families. */
  bytesPerFamily?: () => Promise<number | undefined>;
  stop(): Promise<void>;
}

/** What the applications in the measurement look like, the same for every subject. */
export const API = 'https://api.bench.example';
export const SCOPE = 'openid offline_access read:reports';
export const API_SCOPE = 'read:reports';
export const SPA_ORIGIN = 'https://spa.bench.example';
export const REDIRECT_URI = `${SPA_ORIGIN}/callback`;
export const SERVICE_CLIENT = { clientId: 'bench-service', clientSecret: 'bench-service-secret-of-40-characters-000' };
export const ACCESS_TOKEN_SECONDS = 3600;
export const REFRESH_IDLE_SECONDS = 1_209_600;
export const REFRESH_ABSOLUTE_SECONDS = 7_776_000;
