import { DeadLetters, findSagas, messageOf } from '@tradewind/operations';
import { nothing, shortId, table } from '../../html/elements.js';
import { html, type Html } from '../../html/html.js';
import { pathOf } from '../../paths/paths.js';
import { downIn, type Down, type Readings } from '../../readings/readings.js';
import type { FoundSubject, Search } from './search.js';

export interface SearchResult {
  readonly found: readonly FoundSubject[];
  readonly down: readonly Down[];
}

const longest = 254;

/** Messages, dead letters and sagas by id, and what the application's own search knows. */
export async function search(readings: Readings, text: string, own: Search | undefined): Promise<SearchResult> {
  const wanted = text.trim();
  if (wanted === '' || wanted.length > longest) return { found: [], down: [] };
  const [letters, sagas, messages, others] = await Promise.all([
    readings.of(`letter ${wanted}`, (database) => new DeadLetters(database).find(wanted)),
    readings.of(`saga ${wanted}`, (database) => findSagas(database, wanted)),
    readings.of(`message ${wanted}`, (database) => messageOf(database, wanted)),
    own?.(wanted) ?? [],
  ]);
  const found: FoundSubject[] = [
    ...letters.rows.map(({ id, consumer, cause }) => ({
      kind: `dead letter of ${consumer}, ${cause}`,
      id,
      path: pathOf('dead-letters', 'found', id),
    })),
    ...sagas.rows.map(({ saga, status, subject }) => ({
      kind: `${saga}, ${status}`,
      id: subject,
      path: pathOf('correlations', subject),
    })),
    ...messages.rows.map(({ type, id, correlation }) => ({
      kind: `message ${type}`,
      id,
      path: pathOf('correlations', correlation),
    })),
    ...others,
  ];
  return { found, down: downIn(letters, sagas, messages) };
}

/** The form, and what was found for `text`. The text is sent with POST alone: it is in no address and no log. */
export const searchPage = (base: string, text: string | undefined, found: readonly FoundSubject[]): Html =>
  html` <header><h1>Search</h1></header>
    <form class="card search" method="post" action="${base}/search">
      <label for="text">Order, message, payment, user id or e-mail address</label>
      <div class="buttons">
        <input
          id="text"
          name="text"
          type="search"
          required
          maxlength="${longest}"
          autocomplete="off"
          value="${text ?? ''}"
        /><button class="main">Search</button>
      </div>
    </form>
    ${
      text !== undefined &&
      html`<section class="card">
        ${
          found.length === 0
            ? nothing('Nothing was found. Ids are searched as a whole.')
            : table(
                'Found',
                [{ heading: 'What' }, { heading: 'Id' }],
                found.map(({ kind, id, path }) => [html`<a href="${base}${path}">${kind}</a>`, shortId(id)]),
              )
        }
      </section>`
    }`;
