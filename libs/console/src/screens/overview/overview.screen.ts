import {
  openSagas,
  operatorActions,
  serviceStates,
  type OfService,
  type RecordedAction,
  type ServiceState,
} from '@tradewind/operations';
import { age, counted, nothing, table, tag, tile } from '../../html/elements.js';
import { html, type Html } from '../../html/html.js';
import { downIn, type LastAudit } from '../../readings/readings.js';
import { screen } from '../screen.js';
import { readDeadLetters } from '../dead-letters/reading.js';
import { actionTable } from '../actions/actions.screen.js';
import { readLag } from '../flow/lag.js';
import { concernsOf, type Concern } from './concerns.js';

const actionsShown = 5;
const sagasRead = 50;

interface Overview {
  /** What needs a person, oldest first. */
  readonly concerns: readonly Concern[];
  readonly services: readonly OfService<ServiceState>[];
  readonly audit: LastAudit | null;
  readonly actions: readonly OfService<RecordedAction>[];
}

/** What needs a person, and how the services are. */
export const overviewScreen = screen<Overview>({
  path: '/',
  section: '/',
  async read(readings) {
    const [letters, stuck, lag, states, actions, audit] = await Promise.all([
      readDeadLetters(readings),
      readings.of('stuck sagas', (database) => openSagas(database, { stuck: true, limit: sagasRead })),
      readLag(readings),
      readings.of('states', serviceStates),
      readings.of(`actions ${actionsShown}`, (database) => operatorActions(database, actionsShown)),
      readings.lastAudit(),
    ]);
    return {
      concerns: concernsOf(letters.groups, stuck.rows, lag.lags),
      services: states.rows,
      audit: audit.audit,
      actions: actions.rows.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, actionsShown),
      down: downIn(letters, stuck, lag, states, actions, audit),
    };
  },
  title: () => 'Overview',
  draw: ({ concerns, services, actions, audit }, { base }) =>
    html` <header><h1>Overview</h1></header>
      <div data-live id="overview">
        <div class="tiles">${tiles(services)} ${audit && auditTile(audit)}</div>
        <section class="card list" aria-labelledby="needs">
          <h2 id="needs">Needs a person, oldest first</h2>
          ${
            concerns.length === 0
              ? nothing('Nothing needs a person.')
              : html`<ul>
                  ${concerns.map((concern) => row(concern, base))}
                </ul>`
          }
        </section>
        <section class="card">
          <h2>Services</h2>
          ${serviceTable(services)}
        </section>
        ${
          actions.length > 0 &&
          html`<section class="card">
            <h2>What operators did last</h2>
            ${actionTable(actions)}
          </section>`
        }
      </div>`,
});

const row = ({ kind, label, what, detail, since, path }: Concern, base: string): Html =>
  html`<li data-row>
    ${tag(kind, label)}
    <span class="what"><a href="${base}${path}">${what}</a><br /><span class="sub">${detail}</span></span>
    <span class="sub">${since && age(since)}</span>
    <a class="button" href="${base}${path}">Open</a>
  </li>`;

function tiles(services: readonly OfService<ServiceState>[]): Html[] {
  const waiting = services.reduce((sum, { waiting }) => sum + waiting, 0);
  const oldest = services.flatMap(({ oldest }) => oldest ?? []).toSorted((a, b) => a.getTime() - b.getTime())[0];
  const leaders = services.filter(({ leaderSince }) => leaderSince !== null).length;
  const instances = services.reduce((sum, { instances }) => sum + instances.length, 0);
  return [
    tile(
      'Oldest in an outbox',
      oldest ? age(oldest) : '–',
      waiting === 0 ? 'everything is published' : counted(waiting, 'message'),
    ),
    tile(
      'Relays with a leader',
      `${leaders} of ${services.length}`,
      leaders === services.length ? 'all publish' : 'the others publish nothing',
    ),
    tile('Instances', String(instances), `of ${counted(services.length, 'service')} with a database`),
  ];
}

const auditTile = ({ at, clean, text }: LastAudit): Html =>
  tile(
    'Last audit',
    clean ? 'clean' : html`<span class="error">not clean</span>`,
    html`<span title="${text}">${age(at)}</span>`,
  );

const serviceTable = (services: readonly OfService<ServiceState>[]): Html =>
  table(
    'Services',
    [
      { heading: 'Service' },
      { heading: 'In the outbox', number: true },
      { heading: 'Oldest' },
      { heading: 'Relay leads' },
      { heading: 'Epoch', number: true },
      { heading: 'Instances' },
    ],
    services.map(({ service, waiting, oldest, leaderSince, epoch, instances }) => [
      service,
      waiting,
      oldest ? age(oldest) : '–',
      leaderSince ? age(leaderSince) : html`<span class="tag bad">no leader</span>`,
      epoch,
      instances.length === 0 ? html`<span class="tag bad">none</span>` : instances.join(', '),
    ]),
  );
