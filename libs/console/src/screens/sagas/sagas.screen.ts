import {
  openSagas,
  sagaDefinitions,
  type OfService,
  type Saga,
  type SagaDefinition,
  type SagaFilter,
} from '@tradewind/operations';
import { age, card, counted, nothing, shortId, table, tag } from '../../html/elements.js';
import { html, type Content, type Html } from '../../html/html.js';
import { pathOf } from '../../paths/paths.js';
import { downIn } from '../../readings/readings.js';
import { screen, type View } from '../screen.js';
import { sagaDiagram } from './saga-diagram.js';

const sagasRead = 100;

interface Sagas {
  readonly definitions: readonly OfService<SagaDefinition>[];
  readonly sagas: readonly OfService<Saga>[];
  readonly filter: SagaFilter;
}

/** What the query asks for: `?stuck=yes&overdue=yes&attempt=2&step=…`. */
export function filterOf(query: URLSearchParams): SagaFilter {
  const attempt = Number(query.get('attempt') ?? '');
  const step = query.get('step');
  return {
    ...(query.get('stuck') === 'yes' ? { stuck: true } : {}),
    ...(query.get('overdue') === 'yes' ? { overdue: true } : {}),
    ...(Number.isSafeInteger(attempt) && attempt > 1 ? { attempt: Math.min(attempt, 1_000_000) } : {}),
    ...(step ? { step } : {}),
    limit: sagasRead,
  };
}

/** All sagas, and their open instances. */
export const sagasScreen = screen<Sagas>({
  path: '/sagas',
  section: '/sagas',
  async read(readings, { query }) {
    const filter = filterOf(query);
    const [definitions, sagas] = await Promise.all([
      readings.of('saga definitions', sagaDefinitions),
      readings.of(`sagas ${JSON.stringify(filter)}`, (database) => openSagas(database, filter)),
    ]);
    return { definitions: definitions.rows, sagas: sagas.rows, filter, down: downIn(definitions, sagas) };
  },
  title: () => 'Sagas',
  draw: ({ definitions, sagas, filter }, view) =>
    html` <header><h1>Sagas</h1></header>
      <div data-live id="sagas">
        ${definitions.length === 0 && card('Definitions', nothing('No service has described a saga.'))}
        ${definitions.map((definition) => definitionCard(definition, view))}
      </div>
      ${filterForm(filter, `${view.base}/sagas`)}
      <div data-live id="instances">${instances(sagas, view)}</div>`,
});

interface OneSaga extends Sagas {
  readonly name: string;
  readonly version: number;
}

/** One version of a saga, with all its open instances. */
export const sagaScreen = screen<OneSaga>({
  path: '/sagas/:name/:version',
  section: '/sagas',
  async read(readings, { params, query }) {
    const name = params['name']!;
    const version = /^\d{1,9}$/.test(params['version']!) ? Number(params['version']) : -1;
    const filter = { ...filterOf(query), saga: name, version };
    const [definitions, sagas] = await Promise.all([
      readings.of('saga definitions', sagaDefinitions),
      readings.of(`sagas ${JSON.stringify(filter)}`, (database) => openSagas(database, filter)),
    ]);
    const own = definitions.rows.filter((each) => each.saga === name && each.version === version);
    if (own.length === 0 && definitions.down.length === 0) return undefined;
    return { name, version, definitions: own, sagas: sagas.rows, filter, down: downIn(definitions, sagas) };
  },
  title: ({ name, version }) => `${name}, version ${version}`,
  draw: ({ definitions, sagas, filter, name, version }, view) =>
    html` <p class="trail"><a href="${view.base}/sagas">Sagas</a></p>
      <header>
        <h1>${name} <span class="sub">version ${version}</span></h1>
      </header>
      <div data-live id="saga">
        ${definitions.map((definition) => card('Steps, and where its open instances are', sagaDiagram(definition)))}
      </div>
      ${filterForm(filter, `${view.base}${pathOf('sagas', name, String(version))}`)}
      <div data-live id="instances">${instances(sagas, view)}</div>`,
});

function definitionCard(definition: OfService<SagaDefinition>, { base }: View): Html {
  const { saga, version, service, open } = definition;
  const running = open.reduce((sum, { count }) => sum + count, 0);
  const stuck = open.reduce((sum, each) => sum + each.stuck, 0);
  return html`<section class="card">
    <h2 class="spread">
      <a href="${base}${pathOf('sagas', saga, String(version))}">${saga}, version ${version}</a>
      <span>${service} · ${counted(running, 'open instance')} ${stuck > 0 && tag('bad', `${stuck} stuck`)}</span>
    </h2>
    ${sagaDiagram(definition)}
  </section>`;
}

const checkbox = (name: string, label: string, checked: boolean | undefined): Html =>
  html`<label class="inline"
    ><input type="checkbox" name="${name}" value="yes" ${checked ? html` checked` : ''} /> ${label}</label
  >`;

const filterForm = ({ stuck, overdue, attempt, step }: SagaFilter, action: string): Html =>
  html` <form class="filter" method="get" action="${action}">
    ${checkbox('stuck', 'stuck', stuck)} ${checkbox('overdue', 'overdue', overdue)}
    <label class="inline"
      >from attempt <input type="number" name="attempt" min="1" max="999" value="${attempt ?? ''}"
    /></label>
    <label class="inline">at step <input name="step" maxlength="100" value="${step ?? ''}" /></label>
    <button>Filter</button>
  </form>`;

const instances = (sagas: readonly OfService<Saga>[], { base }: View): Content =>
  card(
    sagas.length === 0 ? 'Open instances' : `${counted(sagas.length, 'open instance', sagasRead)}, oldest first`,
    sagas.length === 0
      ? nothing('No instance fits: every saga has ended, or has not come to this.')
      : table(
          'Open instances',
          [
            { heading: 'Subject' },
            { heading: 'Saga' },
            { heading: 'Waits for' },
            { heading: 'Attempt', number: true },
            { heading: 'State' },
            { heading: 'Since' },
            { heading: 'Acts at' },
          ],
          sagas.map((saga) => [
            shortId(saga.subject, `${base}${pathOf('correlations', saga.subject)}`),
            `${saga.saga} ${saga.version}`,
            saga.status === 'compensating' ? `compensation of ${saga.step}` : saga.step,
            saga.attempt,
            saga.stuck ? tag('bad', 'stuck') : tag(saga.status === 'running' ? 'plain' : 'warn', saga.status),
            age(saga.startedAt),
            saga.dueAt === null
              ? 'not published yet'
              : html`<time datetime="${saga.dueAt.toISOString()}">${saga.dueAt.toISOString().slice(11, 19)}</time>`,
          ]),
        ),
  );
