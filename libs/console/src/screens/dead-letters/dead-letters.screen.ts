import { outcomeText, type DeadLetterGroup, type OfService, type RedriveOutcome } from '@tradewind/operations';
import { age, card, clipped, counted, facts, instant, nothing, shortId, table, tag } from '../../html/elements.js';
import { html, type Content, type Html } from '../../html/html.js';
import { pathOf } from '../../paths/paths.js';
import { screen, type View } from '../screen.js';
import { keysRead, readDeadLetters, redriveSizes } from './reading.js';

const keysShown = 50;

interface Groups {
  readonly groups: readonly (Omit<DeadLetterGroup, 'keys'> & { readonly keys: number })[];
  readonly outcomes: readonly OfService<RedriveOutcome>[];
}

/** All groups, the oldest first. */
export const deadLettersScreen = screen<Groups>({
  path: '/dead-letters',
  section: '/dead-letters',
  async read(readings) {
    const { groups, outcomes, down } = await readDeadLetters(readings);
    return { groups: groups.map((group) => ({ ...group, keys: group.keys.length })), outcomes, down };
  },
  title: () => 'Dead letters',
  draw: ({ groups, outcomes }, { base }) =>
    html` <header><h1>Dead letters</h1></header>
      <div data-live id="groups">
        ${
          groups.length === 0
            ? nothing('No message waits for a person: every message could be handled.')
            : html`<ul class="card list">
                ${groups.map((group) => groupRow(group, base))}
              </ul>`
        }
        ${outcomes.length > 0 && card('The latest redrives', outcomeTable(outcomes))}
      </div>`,
});

/** A group as a row of a list. */
export const groupRow = (
  {
    id,
    service,
    consumer,
    type,
    cause,
    reason,
    keys,
    messages,
    since,
  }: Omit<DeadLetterGroup, 'keys' | 'example'> & { readonly keys: number },
  base: string,
): Html =>
  html`<li data-row>
    ${tag('bad', counted(keys, 'key', keysRead))}
    <span class="what"
      ><a href="${base}${pathOf('dead-letters', id)}">${cause}: ${clipped(reason)}</a><br />
      <span class="sub"
        >${[service === consumer ? consumer : `${service} · ${consumer}`, type ?? 'no type', counted(messages, 'message')].join(' · ')}</span
      ></span
    >
    <span class="sub">${age(since)}</span>
    <a class="button main" href="${base}${pathOf('dead-letters', id)}">Open</a>
  </li>`;

const outcomeTable = (outcomes: readonly OfService<RedriveOutcome>[]): Html =>
  table(
    'The latest redrives',
    [
      { heading: 'When' },
      { heading: 'By' },
      { heading: 'Consumer' },
      { heading: 'Keys', number: true },
      { heading: 'Outcome' },
      { heading: 'Reason' },
    ],
    outcomes.map((outcome) => [
      instant(outcome.at),
      outcome.actor,
      outcome.consumer,
      outcome.keys,
      tag(
        outcome.failedAgain > 0 ? 'bad' : outcome.untouched + outcome.redriving > 0 ? 'warn' : 'ok',
        outcomeText(outcome),
      ),
      outcome.reason,
    ]),
  );

interface Group {
  readonly group: DeadLetterGroup;
  readonly outcomes: readonly OfService<RedriveOutcome>[];
}

/** One group: its keys, and the buttons that redrive them. */
export const deadLetterGroupScreen = screen<Group>({
  path: '/dead-letters/:group',
  section: '/dead-letters',
  async read(readings, { params }) {
    const { groups, outcomes, down } = await readDeadLetters(readings);
    const group = groups.find(({ id }) => id === params['group']);
    return group && { group, outcomes: outcomes.filter(({ consumer }) => consumer === group.consumer), down };
  },
  title: ({ group }) => `${group.cause} of ${group.consumer}`,
  draw: ({ group, outcomes }, view) =>
    html` <p class="trail"><a href="${view.base}/dead-letters">Dead letters</a></p>
      <header><h1>${group.cause}: ${clipped(group.reason)}</h1></header>
      <div data-live id="group">
        ${card(
          'What they have in common',
          facts([
            ['Consumer', group.service === group.consumer ? group.consumer : `${group.consumer} of ${group.service}`],
            ['Type', group.type ?? 'no type'],
            ['For example', html`<span class="mono wrap">${group.example}</span>`],
            ['Blocked', `${counted(group.keys.length, 'key', keysRead)}, ${counted(group.messages, 'message')}`],
            ['Since', age(group.since)],
          ]),
        )}
        ${view.may('operator') && redriveButtons(group, view)}
        ${outcomes.length > 0 && card('The latest redrives', outcomeTable(outcomes))}
        ${card('Blocked keys, oldest first', keyTable(group, view))}
      </div>`,
});

function redriveButtons({ id, keys }: DeadLetterGroup, { base }: View): Html {
  const sizes = redriveSizes.filter((size) => size < keys.length).map(String);
  return html`<form class="buttons" method="get" action="${base}${pathOf('dead-letters', id, 'redrive')}">
    <span class="sub">Redrive, oldest first, until one fails again:</span>
    ${[...sizes, 'all'].map((size) => html`<button class="${size === 'all' ? '' : 'main'}" name="keys" value="${size}">${size === 'all' ? `all ${keys.length}` : size}…</button>`)}
  </form>`;
}

const keyTable = ({ id, keys }: DeadLetterGroup, { base }: View): Content => [
  table(
    'Blocked keys',
    [
      { heading: 'First message' },
      { heading: 'Topic' },
      { heading: 'Key' },
      { heading: 'Blocked behind it', number: true },
      { heading: 'Since' },
      { heading: 'State' },
    ],
    keys
      .slice(0, keysShown)
      .map(({ first, topic, key, messages, state, blockedAt }) => [
        first === null ? '–' : shortId(first, `${base}${pathOf('dead-letters', id, first)}`),
        topic,
        key === null ? '–' : shortId(key),
        Math.max(0, messages - 1),
        age(blockedAt),
        tag(state === 'blocked' ? 'bad' : 'warn', state),
      ]),
  ),
  keys.length > keysShown && html`<p class="sub">and ${keys.length - keysShown} more</p>`,
];
