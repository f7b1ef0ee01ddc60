import { isOwnDeviceCookie, makeDeviceCookie, type Browser } from '@ostiary/service';
import type { Context } from 'hono';
import type { Bindings, HttpContext } from './context.ts';
import { deviceCookie, readCookie } from './cookies.ts';

/** A browser that has a device cookie, and the header that sets it when it is new. */
export interface KnownBrowser {
  browser: Browser & { deviceCookie: string };
  setCookies: string[];
}

/** What the browser brought, with a device cookie made for it where it had none of ours. */
export function knownBrowser(c: Context<Bindings>, context: HttpContext): KnownBrowser {
  const browser = readBrowser(c, context);
  const { deviceCookie: brought } = browser;
  const value = brought ?? makeDeviceCookie(context.service);
  return {
    browser: { ...browser, deviceCookie: value },
    setCookies: brought === undefined ? [deviceCookie(value, context)] : [],
  };
}

function readBrowser(c: Context<Bindings>, context: HttpContext): Browser {
  const brought = readCookie(c.req.raw, 'device', context);
  return {
    deviceCookie: isOwnDeviceCookie(context.service, brought) ? brought : undefined,
    sessionCookie: readCookie(c.req.raw, 'session', context),
    userAgent: c.req.header('user-agent') ?? '',
    address: c.env.peer.address,
    correlationId: c.env.correlationId,
  };
}
