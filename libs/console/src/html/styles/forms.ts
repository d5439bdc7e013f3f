import { css } from './css.js';

/** Buttons and fields. */
export const forms = css`
  button,
  .button {
    display: inline-block;
    padding: 6px 12px;
    border: 1px solid var(--line);
    border-radius: 7px;
    background: var(--card);
    color: var(--ink);
    font: inherit;
    text-decoration: none;
    cursor: pointer;
  }
  button:hover,
  .button:hover {
    border-color: var(--accent);
  }
  button.main,
  .button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.quiet {
    padding: 2px 0;
    border: 0;
    background: none;
    color: var(--soft);
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s2);
    align-items: center;
    margin-bottom: var(--s4);
  }
  .plan .buttons {
    margin: var(--s4) 0 0;
  }
  label {
    display: block;
    margin: var(--s3) 0 var(--s1);
    font-size: var(--small);
    color: var(--soft);
  }
  input,
  select {
    width: 100%;
    max-width: 520px;
    padding: 8px 10px;
    border: 1px solid var(--edge);
    border-radius: 7px;
    background: var(--card);
    color: var(--ink);
    font: inherit;
  }
  .error {
    color: var(--bad);
  }
  .log-in {
    max-width: 360px;
    margin: 12vh auto 0;
  }
  .log-in .main {
    width: 100%;
    margin-top: var(--s4);
  }

  .spread {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s2) var(--s4);
    justify-content: space-between;
  }
  .filter {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s2) var(--s4);
    align-items: center;
    margin-bottom: var(--s4);
  }
  .inline {
    display: inline-flex;
    gap: var(--s2);
    align-items: center;
    margin: 0;
  }
  .inline input {
    width: auto;
    max-width: 180px;
    padding: 5px 8px;
  }
  .inline input[type='number'] {
    width: 76px;
  }
  .search .buttons {
    flex-wrap: nowrap;
    margin: 0;
  }
  summary {
    white-space: nowrap;
    color: var(--soft);
    font-size: var(--small);
    cursor: pointer;
  }
  details pre {
    max-width: 480px;
    margin-top: var(--s1);
  }
  :target {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: 4px;
  }
`;
