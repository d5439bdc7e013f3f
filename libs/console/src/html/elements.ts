import { html, type Content, type Html } from './html.js';

export type Kind = 'ok' | 'warn' | 'bad' | 'plain';

export const tag = (kind: Kind, text: string): Html => html`<span class="tag ${kind}">${text}</span>`;

const shownCharacters = 13;

/** A long id: its beginning and its end, a link where there is a screen for it, and the whole of it to copy. */
export function shortId(id: string, href?: string): Html {
  const text = id.length > 24 ? `${id.slice(0, shownCharacters)}…${id.slice(-5)}` : id;
  return html`<span class="id" title="${id}">
    ${href === undefined ? html`<span class="mono">${text}</span>` : html`<a class="mono" href="${href}">${text}</a>`}
    <button type="button" class="copy" data-copy="${id}" aria-label="Copy ${id}" title="Copy"></button>
  </span>`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const inUtc = (at: Date): string => {
  const iso = at.toISOString();
  return `${Number(iso.slice(8, 10))} ${months[at.getUTCMonth()]} ${iso.slice(11, 19)}`;
};
const exactly = (at: Date): string => at.toISOString().replace('T', ' ').replace('Z', ' UTC');

/** Day and time in UTC; the script shows them in the reader's zone. */
export const instant = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}" title="${exactly(at)}">${inUtc(at)}</time>`;

/** The age of something, which the script keeps up to date; without it the instant. */
export const age = (since: Date): Html =>
  html`<time class="age" datetime="${since.toISOString()}" title="${exactly(since)}">since ${inUtc(since)}</time>`;

const longestTitle = 120;

/** A text for a heading or a row; the whole of it is elsewhere. */
export const clipped = (text: string): string =>
  text.length > longestTitle ? `${text.slice(0, longestTitle - 1)}…` : text;

export const counted = (count: number, what: string, atMost = Infinity): string =>
  `${count >= atMost ? `${atMost.toLocaleString('en')} or more` : count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

export interface Column {
  readonly heading: string;
  readonly number?: true;
}

/** A table that scrolls inside its card on a narrow screen. */
export const table = (caption: string, columns: readonly Column[], rows: readonly (readonly Content[])[]): Html =>
  html` <div class="wide" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ heading, number }) => html`<th scope="col" ${number ? html` class="number"` : ''}>${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr data-row>
              ${cells.map((cell, index) => html`<td${columns[index]?.number ? html` class="number"` : ''}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

export const card = (title: string, content: Content): Html =>
  html` <section class="card">
    <h2>${title}</h2>
    ${content}
  </section>`;

export const tile = (title: string, value: Content, remark: Content): Html =>
  html` <section class="card tile">
    <h2>${title}</h2>
    <p class="value">${value}</p>
    <p class="sub">${remark}</p>
  </section>`;

/** A list is empty: what that means, and where it would come from. */
export const nothing = (text: string): Html => html`<p class="nothing">${text}</p>`;

export const facts = (entries: readonly (readonly [name: string, value: Content])[]): Html =>
  html` <dl class="facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
