import { readableBytes } from '@tradewind/messaging/internals';
import { DeadLetters, type BlockedKey, type DeadLetter, type OfService } from '@tradewind/operations';
import { age, card, counted, facts, nothing, shortId } from '../../html/elements.js';
import { html, type Content } from '../../html/html.js';
import { pathOf } from '../../paths/paths.js';
import { downIn } from '../../readings/readings.js';
import { screen } from '../screen.js';

interface Letters {
  readonly letters: readonly (Omit<OfService<DeadLetter>, 'value'> & { readonly value: string | null })[];
}

/** One message: where it comes from, why it failed, its headers and its value. */
export const deadLetterScreen = screen<Letters>({
  path: '/dead-letters/:group/:message',
  section: '/dead-letters',
  async read(readings, { params }) {
    const id = params['message']!;
    const found = await readings.of(`dead letter ${id}`, (database) => new DeadLetters(database).find(id));
    if (found.rows.length === 0) return undefined;
    const letters = found.rows.map((letter) => ({
      ...letter,
      value: letter.value && readableBytes(letter.value).text,
    }));
    return { letters, down: downIn(found) };
  },
  title: ({ letters }) => `Dead letter ${letters[0]!.id}`,
  draw: ({ letters }, { base, params }) =>
    html` <p class="trail">
        <a href="${base}/dead-letters">Dead letters</a>
        <a href="${base}${pathOf('dead-letters', params['group']!)}">Group</a>
      </p>
      <header><h1>Dead letter ${shortId(letters[0]!.id)}</h1></header>
      ${letters.map((letter) => letterCards(letter, base))}`,
});

const letterCards = (letter: Letters['letters'][number], base: string): Content => [
  card(
    `Cannot be handled by ${letter.consumer}`,
    facts([
      ['Cause', html`<b>${letter.cause}</b>: <span class="wrap">${letter.detail}</span>`],
      ['Attempts', letter.attempts],
      ['Waits', age(letter.waitsSince)],
      ['Order of its key', placeText(letter)],
      [
        'Origin',
        letter.partition === null
          ? `${letter.topic}, not published`
          : `${letter.topic}, partition ${letter.partition}, offset ${letter.offset}`,
      ],
      ['Key', letter.key === null ? '–' : shortId(letter.key)],
      ['Correlation', correlationLink(letter.headers['ce_correlationid'], base)],
    ]),
  ),
  card(
    'Headers',
    facts(Object.entries(letter.headers).map(([name, value]) => [name, html`<span class="mono wrap">${value}</span>`])),
  ),
  card(
    'Value',
    letter.value === null ? nothing('It has no value.') : html`<pre class="value-of">${indented(letter.value)}</pre>`,
  ),
];

const placeText = ({ before, behind }: Pick<BlockedKey & DeadLetter, 'before' | 'behind'>): string =>
  `${before === 0 ? 'the first' : counted(before, 'message') + ' before it'}; ${behind === 0 ? 'none' : counted(behind, 'message')} blocked behind it`;

const correlationLink = (id: string | undefined, base: string): Content =>
  id === undefined ? '–' : shortId(id, `${base}${pathOf('correlations', id)}`);

function indented(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
