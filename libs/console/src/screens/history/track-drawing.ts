import { durationText } from '@tradewind/operations';
import { html, type Content, type Html } from '../../html/html.js';
import type { Bar, Tracks, Way } from './tracks.js';

const names = 96;
const column = 108;
const row = 54;
const head = 34;
const bar = { width: 92, height: 16 };
const ghost = { width: 180, step: 190 };
const longest = 15;
const longestGhost = 24;

const short = (name: string, limit = longest): string => (name.length > limit ? `${name.slice(0, limit - 1)}…` : name);
const timeOf = (at: Date): string => at.toISOString().slice(11, 19);

/** Tracks from left to right: what happened, a line for now, and behind it what can still happen. */
export function trackDrawing({ services, bars, ways }: Tracks): Html {
  const rows = [...services, ...ways.map(({ title }) => title)];
  const future = Math.max(0, ...ways.map(({ steps }) => Math.max(1, steps.length)));
  const width = names + bars.length * column + future * ghost.step + 24;
  const height = head + rows.length * row + 12;
  const x = (index: number): number => names + index * column;
  const y = (index: number): number => head + index * row + 14;
  const trackOf = ({ service }: Bar): number => services.indexOf(service);
  const line = x(bars.length) - 8;
  return html`<div
    class="wide"
    tabindex="0"
    role="region"
    aria-label="What happened in each service"
    data-show="${line}"
  >
    <svg
      class="tracks"
      viewBox="0 0 ${width} ${height}"
      width="${width}"
      height="${height}"
      role="group"
      aria-label="${summaryOf(bars, ways)}"
    >
      <defs>
        <marker id="track-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
          <path d="M0 0 8 4 0 8z" class="tip" />
        </marker>
      </defs>
      ${services.map((service, index) => html`<line x1="${names - 8}" x2="${line}" y1="${y(index) + 8}" y2="${y(index) + 8}" /><text x="0" y="${y(index) + 13}" class="track">${short(service)}</text>${ways.length > 0 && html`<text x="${line + 8}" y="${y(index) + 13}">${short(service)}</text>`}`)}
      ${bars.map((each, index) => [
        each.cause !== null &&
          arrow(x(each.cause) + bar.width, y(trackOf(bars[each.cause]!)) + 8, x(index), y(trackOf(each)) + 8),
        each.idle !== null &&
          html`<g class="idle"
            ><path d="M${x(index) - 9} ${head - 8}V${y(services.length - 1) + 30}" /><text
              x="${x(index) - 4}"
              y="${head - 14}"
              >${durationText(each.idle)} later</text
            ></g
          >`,
        html`<a href="#${each.id === null ? 'entries' : `e-${each.id}`}"
          ><rect
            class="bar ${each.kind}"
            x="${x(index)}"
            y="${y(trackOf(each))}"
            width="${bar.width}"
            height="${bar.height}"
            rx="4"
            ><title>${each.name}, ${timeOf(each.from)}</title></rect
          ><text x="${x(index)}" y="${y(trackOf(each)) + 31}"
            >${short(each.attempt > 1 ? `${each.name} (${each.attempt})` : each.name)}</text
          ></a
        >`,
      ])}
      ${
        ways.length > 0 &&
        html`<g class="now"><path d="M${line} 16V${height - 6}" /><text x="${line + 5}" y="24">now</text></g>`
      }
      ${ways.map((way, index) => ghosts(way, y(services.length + index), x(bars.length)))}
    </svg>
  </div>`;
}

const summaryOf = (bars: readonly Bar[], ways: readonly Way[]): string =>
  [
    `${bars.length} steps happened: ${bars.map(({ service, name }) => `${name} of ${service}`).join(', ')}`,
    ...ways.map(({ title, by, steps }) => `${title}${by ? ` by ${timeOf(by)}` : ''}: ${steps.join(', ') || 'it ends'}`),
  ].join('. ');

/** From the end of a bar to the beginning of another, which can be to the left where two happened at once. */
const arrow = (fromX: number, fromY: number, toX: number, toY: number): Html =>
  html`<path
    class="edge"
    d="M${fromX} ${fromY}C${fromX + 20} ${fromY} ${toX - 20} ${toY} ${toX - 2} ${toY}"
    marker-end="url(#track-tip)"
  />`;

const ghosts = ({ title, by, steps }: Way, top: number, from: number): Content => [
  html`<text x="${from}" y="${top - 2}" class="way">${title}${by ? `, by ${timeOf(by)}` : ''}</text>`,
  (steps.length > 0 ? steps : ['it ends']).map(
    (step, index) =>
      html`<g class="ghost"
        ><rect x="${from + index * ghost.step}" y="${top + 4}" width="${ghost.width}" height="22" rx="5" /><text
          x="${from + index * ghost.step + 8}"
          y="${top + 19}"
          >${short(step, longestGhost)}</text
        ></g
      >`,
  ),
];
