import type { Operator } from '../access/operator.js';
import { html, type Content, type Html } from './html.js';

export interface Section {
  readonly name: string;
  /** Below the path of the console. */
  readonly path: string;
  /** After `g`. */
  readonly key: string;
}

export const sections: readonly Section[] = [
  { name: 'Overview', path: '/', key: 'o' },
  { name: 'Dead letters', path: '/dead-letters', key: 'd' },
  { name: 'Sagas', path: '/sagas', key: 's' },
  { name: 'Flow', path: '/flow', key: 'f' },
  { name: 'Effects', path: '/effects', key: 'e' },
  { name: 'Replays', path: '/replays', key: 'r' },
  { name: 'Actions', path: '/actions', key: 'a' },
  { name: 'Search', path: '/search', key: '/' },
];

export interface PageFrame {
  /** The path at which the console is mounted, as the browser sees it. */
  readonly base: string;
  readonly title: string;
  readonly system: string;
  /** The path of the section that is shown. */
  readonly section?: string;
  readonly operator?: Operator | undefined;
  /** Whether the operator logged in here, and so can log out. */
  readonly canLogOut?: boolean;
  readonly assets: Readonly<Record<'stylesheet' | 'script', string>>;
  /** Databases that could not be read, with the reason. */
  readonly down?: readonly { readonly service: string; readonly reason: string }[];
}

/** A whole page. */
export const page = (frame: PageFrame, content: Content): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${frame.title} · ${frame.system}</title>
        <link rel="stylesheet" href="${frame.base}/assets/${frame.assets.stylesheet}" />
        <link rel="icon" href="${frame.base}/assets/icon.svg" type="image/svg+xml" />
        <script type="module" src="${frame.base}/assets/${frame.assets.script}"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <div class="shell">
          ${frame.operator && navigation(frame)}
          <main id="content" tabindex="-1">${downNotice(frame.down ?? [])} ${content}</main>
        </div>
        ${frame.operator && keysDialog}
      </body>
    </html>`;

const logo = html`<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
  <path
    d="M2 13c4 0 5-7 9-7 3 0 4 3 2 4.5M2 16.5h12c4 0 4-5 1-5"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
  />
</svg>`;

const navigation = ({ base, section, system, operator, canLogOut }: PageFrame): Html =>
  html` <nav aria-label="Sections">
    <a class="brand" href="${base}/">${logo}${system}</a>
    <ul>
      ${sections.map(
        ({ name, path, key }) =>
          html`<li>
            <a href="${base}${path}" data-key="${key}" ${path === section ? html` aria-current="page"` : ''}>${name}</a>
          </li>`,
      )}
    </ul>
    <div class="who">
      <span title="${operator?.name}">${operator?.name}</span>
      <span class="sub">${operator?.role}</span>
      ${canLogOut && html`<form method="post" action="${base}/log-out"><button class="quiet">Log out</button></form>`}
    </div>
  </nav>`;

const downNotice = (down: readonly { readonly service: string; readonly reason: string }[]): Content =>
  down.length > 0 &&
  html`<div class="notice bad" role="status" id="down">
    ${down.map(({ service, reason }) => html`<p><b>${service}</b> is missing on this page: ${reason}</p>`)}
  </div>`;

const keysDialog = html`<dialog id="keys" aria-labelledby="keys-title">
  <h2 id="keys-title">Keys</h2>
  <dl>
    <div>
      <dt><kbd>/</kbd></dt>
      <dd>search</dd>
    </div>
    ${sections.map(
      ({ name, key }) =>
        html`<div>
          <dt><kbd>g</kbd> <kbd>${key}</kbd></dt>
          <dd>${name.toLowerCase()}</dd>
        </div>`,
    )}
    <div>
      <dt><kbd>j</kbd> <kbd>k</kbd></dt>
      <dd>next and previous row</dd>
    </div>
    <div>
      <dt><kbd>?</kbd></dt>
      <dd>this list</dd>
    </div>
  </dl>
  <form method="dialog"><button>Close</button></form>
</dialog>`;
