import { css } from './css.js';

/** Diagrams of sagas and histories. */
export const drawings = css`
  svg text {
    fill: var(--soft);
    font-size: var(--tiny);
  }
  svg .name,
  svg .track {
    fill: var(--ink);
    font-weight: 600;
  }
  svg rect {
    fill: var(--card);
    stroke: var(--edge);
  }
  svg .edge {
    fill: none;
    stroke: var(--edge);
    stroke-width: 1.2;
  }
  svg .tip {
    fill: var(--edge);
  }
  .diagram,
  .tracks {
    display: block;
    max-width: none;
  }
  .diagram .active > rect {
    stroke: var(--accent);
    stroke-width: 2;
  }
  .diagram .compensation > rect {
    stroke-dasharray: 5 3;
  }
  .diagram .point > path {
    stroke: var(--accent);
    stroke-dasharray: 3 4;
  }
  .diagram .point > rect {
    stroke: var(--accent);
  }
  .badge rect {
    fill: var(--accent);
    stroke: none;
  }
  .badge.back rect {
    fill: var(--warn);
  }
  .badge text {
    fill: var(--on-accent);
    font-weight: 600;
  }
  .tracks line {
    stroke: var(--line);
  }
  .tracks .bar {
    fill: var(--bar-ok);
    stroke: none;
  }
  .tracks .bar.running {
    fill: var(--bar-warn);
  }
  .tracks .bar.failed {
    fill: var(--bar-bad);
  }
  .tracks .ghost rect {
    fill: none;
    stroke: var(--ghost);
    stroke-width: 1.5;
    stroke-dasharray: 4 3;
  }
  .tracks .idle path {
    stroke: var(--ghost);
    stroke-dasharray: 2 3;
  }
  .tracks .now path {
    stroke: var(--accent);
    stroke-width: 1.5;
  }
  .tracks .now text {
    fill: var(--accent);
  }
`;
