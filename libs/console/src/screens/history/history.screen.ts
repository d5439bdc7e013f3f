import {
  historyOf,
  sagaDefinitions,
  type OfService,
  type Saga,
  type SagaDefinition,
  type SubjectHistory,
} from '@tradewind/operations';
import { card, instant, nothing, shortId, table, tag, type Kind } from '../../html/elements.js';
import { html, type Content, type Html } from '../../html/html.js';
import { pathOf } from '../../paths/paths.js';
import { downIn, type Reading, type Readings } from '../../readings/readings.js';
import { screen, type AnyScreen, type View } from '../screen.js';
import { trackDrawing } from './track-drawing.js';
import { tracksOf } from './tracks.js';

interface History extends SubjectHistory {
  readonly id: string;
  readonly definitions: readonly OfService<SagaDefinition>[];
}

type OneHistory = Omit<SubjectHistory, 'sagas'> & { readonly sagas: readonly Saga[]; readonly service: string };

/** The histories of all services as one: a saga of one service is continued by messages of others. */
function merged({ rows }: Reading<OneHistory>): SubjectHistory {
  return {
    entries: rows.flatMap(({ entries }) => entries).toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    pruned: rows.flatMap(({ pruned }) => pruned),
    sagas: rows.flatMap(({ sagas, service }) => sagas.map((saga) => ({ ...saga, service }))),
    next: rows.flatMap(({ next }) => next),
  };
}

const read = async (readings: Readings, id: string) => {
  const [histories, definitions] = await Promise.all([
    readings.of<OneHistory>(`history ${id}`, async (database) => {
      const service = Object.keys(database)[0]!;
      return [{ ...(await historyOf(database, id)), service }];
    }),
    readings.of('saga definitions', sagaDefinitions),
  ]);
  return { ...merged(histories), id, definitions: definitions.rows, down: downIn(histories, definitions) };
};

/** One subject in all services, for example an order. */
const historyScreen = (path: string, what: string): AnyScreen =>
  screen<History>({
    path,
    section: '/sagas',
    async read(readings, { params }) {
      const found = await read(readings, params['id']!);
      return found.entries.length === 0 && found.sagas.length === 0 && found.down.length === 0 ? undefined : found;
    },
    title: ({ id }) => `${what} ${id}`,
    draw: (history, view) =>
      html`<div data-live id="history">
        <header>
          <h1>${what} ${shortId(history.id)}</h1>
          <span>${history.sagas.map(stateTag)}</span>
        </header>
        ${card('What happened, and what can still happen', [trackDrawing(tracksOf(history, history.definitions)), next(history.next)])}
        ${view.may('operator') && history.sagas.map((saga) => sagaButtons(saga, view))}
        ${card('All of it, oldest first', entryTable(history))}
      </div>`,
  });

export const historyScreens: readonly AnyScreen[] = [
  historyScreen('/correlations/:id', 'Subject'),
  historyScreen('/orders/:id', 'Order'),
];

const kinds: Readonly<Record<Saga['status'], Kind>> = {
  running: 'warn',
  compensating: 'warn',
  completed: 'ok',
  failed: 'bad',
};

function stateTag({ saga, status, step, stuck }: Saga): Html {
  if (stuck) return tag('bad', `${saga}: stuck at ${step}`);
  if (status === 'running') return tag('warn', `${saga}: waits for ${step}`);
  return tag(kinds[status], `${saga}: ${status === 'compensating' ? `compensates ${step}` : status}`);
}

const next = (sentences: readonly string[]): Content =>
  sentences.length === 0
    ? html`<p class="sub">Nothing more will happen by itself.</p>`
    : html`<ul class="would">
        ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>`;

function sagaButtons({ id, saga, status, subject }: Saga, { base }: View): Content {
  if (status !== 'running' && status !== 'compensating') return undefined;
  const button = (action: string, label: string): Html =>
    html`<a class="button" href="${base}${pathOf('correlations', subject, action)}?saga=${encodeURIComponent(id)}"
      >${label}…</a
    >`;
  return html`<p class="buttons">
    <span class="sub">${saga}:</span> ${button('retry', 'Publish again')} ${button('expire', 'Let it time out')}
    ${button('skip', 'Skip')}
  </p>`;
}

const entryTable = ({ entries, pruned }: SubjectHistory): Content => [
  pruned.length > 0 && html`<p class="sub">Older history was pruned: this does not begin with the start.</p>`,
  entries.length === 0
    ? nothing('Nothing is known.')
    : html`<span id="entries"></span>${table(
          'Everything that happened',
          [{ heading: 'When' }, { heading: 'Service' }, { heading: 'What' }, { heading: 'Id' }],
          entries.map(({ at, service, what, id, kind, payload }) => [
            instant(at),
            service,
            html`<span class="wrap" ${kind === 'message' && id !== null ? html` id="e-${id}"` : ''}>${what}</span>${
                payload
                  ? html`<details>
                      <summary>payload</summary>
                      <pre>${payload}</pre>
                    </details>`
                  : ''
              }`,
            id === null ? '–' : shortId(id),
          ]),
        )}`,
];
