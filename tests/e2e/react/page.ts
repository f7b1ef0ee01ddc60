import { createClient, type ClientOptions } from '@ostiary/browser';
import { createElement } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { App } from './app.ts';

declare global {
  /** Set before the page runs. */
  var settings: ClientOptions;
}

const root = document.querySelector('#root');
if (root === null) throw new Error('there is no place for the app');
const app = createElement(App, { client: createClient(globalThis.settings), path: location.pathname });
if (root.hasChildNodes()) hydrateRoot(root, app);
else createRoot(root).render(app);
