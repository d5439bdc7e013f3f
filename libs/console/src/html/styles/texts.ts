import { css } from './css.js';

/** Tags, texts, tables, notices and the list of keys. */
export const texts = css`
  .tag {
    display: inline-block;
    justify-self: start;
    padding: 2px 9px;
    border-radius: 99px;
    font-size: var(--tiny);
    font-weight: 600;
    white-space: nowrap;
    background: var(--plain-bg);
    color: var(--soft);
  }
  .tag.ok {
    background: var(--ok-bg);
    color: var(--ok);
  }
  .tag.warn {
    background: var(--warn-bg);
    color: var(--warn);
  }
  .tag.bad {
    background: var(--bad-bg);
    color: var(--bad);
  }
  .sub {
    color: var(--soft);
    font-size: var(--small);
  }
  .mono,
  pre {
    font: 12.5px / 1.45 var(--mono);
  }
  .wrap {
    overflow-wrap: anywhere;
  }
  td .wrap {
    display: block;
    min-width: 220px;
  }
  time {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .id {
    display: inline-flex;
    gap: var(--s1);
    align-items: center;
    white-space: nowrap;
  }
  .copy {
    display: none;
    width: 20px;
    height: 20px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--soft);
  }
  .js .copy {
    display: inline-grid;
    place-items: center;
  }
  .copy::before {
    content: '';
    width: 9px;
    height: 10px;
    border: 1.5px solid currentColor;
    border-radius: 2px;
    box-shadow:
      2.5px -2.5px 0 -1px var(--card),
      2.5px -2.5px 0 0 currentColor;
  }
  .copy[data-done]::before {
    border-color: var(--ok);
    background: var(--ok);
  }

  .wide {
    overflow-x: auto;
    margin: 0 calc(-1 * var(--s4));
    padding: 0 var(--s4);
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  caption {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  th,
  td {
    padding: 7px var(--s4) 7px 0;
    text-align: left;
    vertical-align: baseline;
  }
  th {
    font-size: var(--tiny);
    font-weight: 600;
    color: var(--soft);
    white-space: nowrap;
  }
  td {
    border-top: 1px solid var(--line);
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .facts {
    margin: 0;
  }
  .facts > div {
    display: grid;
    grid-template-columns: 180px minmax(0, 1fr);
    gap: var(--s4);
    padding: 5px 0;
  }
  .facts dt {
    color: var(--soft);
    overflow-wrap: anywhere;
  }
  .facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  pre {
    margin: 0;
    max-height: 60vh;
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .notice {
    margin-bottom: var(--s4);
    padding: var(--s3) var(--s4);
    border-radius: var(--r);
  }
  .notice p {
    margin: 0;
  }
  .notice.bad {
    background: var(--bad-bg);
    color: var(--bad);
  }
  .notice.warn {
    background: var(--warn-bg);
    color: var(--warn);
  }
  .would {
    margin: 0;
    padding-left: var(--s4);
    overflow-wrap: anywhere;
  }
  .stale {
    position: fixed;
    right: var(--s4);
    bottom: var(--s4);
    margin: 0;
  }

  dialog {
    width: min(360px, 92vw);
    padding: var(--s5);
    border: 1px solid var(--line);
    border-radius: var(--r);
    background: var(--card);
    color: var(--ink);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  dialog dl > div {
    display: flex;
    justify-content: space-between;
    padding: 4px 0;
  }
  dialog dd {
    margin: 0;
  }
  kbd {
    padding: 0 5px;
    border: 1px solid var(--edge);
    border-radius: 4px;
    font: 11px var(--mono);
  }
`;
