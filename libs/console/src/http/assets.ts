import { createHash } from 'node:crypto';
import { script } from '../html/script.js';
import { stylesheet } from '../html/styles/index.js';
import { protectiveHeaders, type ConsoleResponse } from './exchange.js';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M2 13c4 0 5-7 9-7 3 0 4 3 2 4.5M2 16.5h12c4 0 4-5 1-5" fill="none" stroke="#2456d6" stroke-width="2.2" stroke-linecap="round"/></svg>`;

const hashed = (name: string, extension: string, body: string): string =>
  `${name}.${createHash('sha256').update(body).digest('hex').slice(0, 12)}.${extension}`;

/** The names contain a hash of the content, so browsers may keep the files. */
export const assetNames = {
  stylesheet: hashed('console', 'css', stylesheet),
  script: hashed('console', 'js', script),
};

const asset = (type: string, body: string): ConsoleResponse => ({
  status: 200,
  headers: { ...protectiveHeaders, 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' },
  body,
});

/** By path below the console's own. */
export const assets: ReadonlyMap<string, ConsoleResponse> = new Map([
  [`/assets/${assetNames.stylesheet}`, asset('text/css; charset=utf-8', stylesheet)],
  [`/assets/${assetNames.script}`, asset('text/javascript; charset=utf-8', script)],
  ['/assets/icon.svg', asset('image/svg+xml', icon)],
]);
