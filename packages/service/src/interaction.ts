import type { AuthorizationRequest, Interaction } from '@ostiary/model';
import { browserHash, type Browser } from './browser.ts';
import { digest } from './digest.ts';
import type { Service } from './service.ts';

const interactionSeconds = 3600;

/** A page in progress with the ticket that names it. */
export interface InProgress {
  interaction: Interaction;
  ticket: string;
}

/** Begins a page for a request, tied to the browser that asks. */
export function newInteraction(
  { clock }: Service,
  request: AuthorizationRequest,
  ticket: string,
  browser: Browser,
): Interaction {
  const createdAtMs = clock.now();
  return {
    hash: digest(ticket),
    browserHash: browserHash(browser.deviceCookie ?? ''),
    request,
    createdAtMs,
    expiresAtMs: createdAtMs + interactionSeconds * 1000,
  };
}

/** What is behind a ticket while it lasts, in whatever browser and whether it led to its answer or not. */
export async function findTicket({ store, clock }: Service, ticket: string): Promise<Interaction | undefined> {
  const interaction = await store.interactions.find(digest(ticket));
  return interaction === undefined || interaction.expiresAtMs <= clock.now() ? undefined : interaction;
}

/** Whether a page may go on here: in the browser that began it, and only until it led to its answer. */
export function isInProgress(interaction: Interaction, { deviceCookie }: Browser): boolean {
  if (interaction.isConsumed === true || deviceCookie === undefined) return false;
  return browserHash(deviceCookie) === interaction.browserHash;
}

/** The page in progress behind a ticket. */
export async function findInteraction(
  service: Service,
  ticket: string,
  browser: Browser,
): Promise<Interaction | undefined> {
  const interaction = await findTicket(service, ticket);
  return interaction !== undefined && isInProgress(interaction, browser) ? interaction : undefined;
}
