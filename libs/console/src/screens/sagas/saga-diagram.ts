import type { SagaDefinition } from '@tradewind/operations';
import { html, type Content, type Html } from '../../html/html.js';

type Entry = SagaDefinition['steps'][number];

const box = { width: 190, height: 64, gap: 44 };
const left = 8;
const top = 26;
const below = top + box.height + 46;
const compensationHeight = 40;

const x = (index: number): number => left + index * (box.width + box.gap);
const longest = 27;
const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);
const isStep = ({ kind }: Entry): boolean => kind === 'step';
const isCompensated = ({ compensated }: Entry): boolean => compensated !== undefined;

/** The steps of a saga from left to right, their compensations below them from right to left, and how many instances are at each. */
export function sagaDiagram({ saga, version, steps, open }: SagaDefinition): Html {
  const width = x(steps.length) - box.gap + left;
  const compensates = steps.some(isCompensated);
  const height = compensates ? below + compensationHeight + 12 : top + box.height + 12;
  const count = (step: string, status: 'running' | 'compensating'): number =>
    open.find((each) => each.step === step && each.status === status)?.count ?? 0;
  return html`<div class="wide" tabindex="0" role="region" aria-label="Diagram of ${saga}">
    <svg
      class="diagram"
      viewBox="0 0 ${width} ${height}"
      width="${width}"
      height="${height}"
      role="img"
      aria-label="${summaryOf(saga, version, steps)}"
    >
      <defs>
        <marker
          id="tip"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 8 4 0 8z" class="tip" />
        </marker>
      </defs>
      ${steps.map((entry, index) => [
        index > 0 &&
          html`<path
            class="edge"
            d="M${x(index) - box.gap + 2} ${top + box.height / 2}H${x(index) - 3}"
            marker-end="url(#tip)"
          />`,
        isStep(entry)
          ? stepBox(entry, index, count(entry.name, 'running'))
          : pointOfNoReturn(entry.name, index, height - 12),
        isCompensated(entry) && compensation(entry, index, steps, count(entry.name, 'compensating')),
      ])}
    </svg>
  </div>`;
}

const summaryOf = (saga: string, version: number, steps: readonly Entry[]): string =>
  `${saga} version ${version}: ${steps.map(({ name }) => name).join(', then ')}`;

const text = (at: number, y: number, content: string, kind = ''): Html =>
  html`<text x="${at}" y="${y}" class="${kind}">${content}</text>`;

const badge = (at: number, y: number, count: number, kind: string): Content =>
  count > 0 &&
  html`<g class="badge ${kind}"
    ><rect x="${at - 14}" y="${y - 11}" width="28" height="22" rx="11" /><text
      x="${at}"
      y="${y + 4}"
      text-anchor="middle"
      >${count}</text
    ></g
  >`;

function stepBox({ name, timeout, retries = 0 }: Entry, index: number, running: number): Html {
  const tries = retries === 'forever' ? 'until it succeeds' : retries === 0 ? 'once' : `${retries + 1} times`;
  return html`<g class="step${running > 0 ? ' active' : ''}">
    <rect x="${x(index)}" y="${top}" width="${box.width}" height="${box.height}" rx="8" />
    ${text(x(index) + 12, top + 26, short(name), 'name')}
    ${text(x(index) + 12, top + 46, timeout === undefined ? tries : `${timeout}, ${tries}`)}
    ${badge(x(index) + box.width - 6, top, running, 'run')}
  </g>`;
}

const pointOfNoReturn = (name: string, index: number, bottom: number): Html => {
  const middle = x(index) + box.width / 2;
  return html`<g class="point">
    <path d="M${middle} ${top - 18}V${bottom}" />
    <rect x="${x(index)}" y="${top + 10}" width="${box.width}" height="${box.height - 20}" rx="22" />
    <text x="${middle}" y="${top + 28}" class="name" text-anchor="middle">${short(name)}</text>
    <text x="${middle}" y="${top + 44}" text-anchor="middle">no way back</text>
  </g>`;
};

function compensation({ name }: Entry, index: number, steps: readonly Entry[], running: number): Html {
  const middle = x(index) + box.width / 2;
  const earlier = steps.slice(0, index).findLastIndex(isCompensated);
  return html`<g class="compensation${running > 0 ? ' active' : ''}">
    <path class="edge" d="M${middle} ${top + box.height + 3}V${below - 4}" marker-end="url(#tip)" />
    ${text(middle + 8, top + box.height + 27, 'if it times out')}
    <rect x="${x(index)}" y="${below}" width="${box.width}" height="${compensationHeight}" rx="8" />
    ${text(x(index) + 12, below + 25, short(`compensate ${name}`))}
    ${badge(x(index) + box.width - 6, below, running, 'back')}
    ${earlier >= 0 && html`<path class="edge" d="M${x(index) - 2} ${below + 20}H${x(earlier) + box.width + 5}" marker-end="url(#tip)" />`}
  </g>`;
}
