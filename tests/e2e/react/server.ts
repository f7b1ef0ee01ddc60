import { createClient, type ClientOptions } from '@ostiary/browser';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { App } from './app.ts';

/** The app as a server shows it. */
export function render(settings: ClientOptions, path: string): string {
  return renderToString(createElement(App, { client: createClient(settings), path }));
}
