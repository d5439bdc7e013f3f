import { css } from './css.js';

/** The page, its sections, cards and lists. */
export const layout = css`
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0;
  }
  a {
    color: inherit;
    text-decoration-color: var(--ghost);
    text-underline-offset: 3px;
  }
  a:hover {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: 4px;
  }
  .skip {
    position: absolute;
    left: -999px;
  }
  .skip:focus {
    left: var(--s2);
    top: var(--s2);
    z-index: 1;
    padding: var(--s2) var(--s3);
    background: var(--card);
  }

  .shell {
    display: grid;
    grid-template-columns: 204px minmax(0, 1fr);
    min-height: 100vh;
  }
  .shell > main:only-child {
    grid-column: 1 / -1;
    justify-self: center;
    width: 100%;
  }
  nav {
    position: sticky;
    top: 0;
    height: 100vh;
    display: flex;
    flex-direction: column;
    padding: var(--s5) var(--s4);
    border-right: 1px solid var(--line);
  }
  nav ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  nav a {
    display: flex;
    justify-content: space-between;
    padding: 6px var(--s2);
    border-radius: 6px;
    color: var(--soft);
    text-decoration: none;
  }
  nav a[aria-current] {
    background: var(--card);
    color: var(--ink);
    box-shadow: 0 0 0 1px var(--line);
  }
  nav a.brand {
    justify-content: flex-start;
    align-items: center;
    gap: var(--s2);
    margin-bottom: var(--s4);
    font-size: 15px;
    font-weight: 600;
    color: var(--ink);
  }
  .who {
    display: grid;
    gap: var(--s1);
    margin-top: auto;
    padding: var(--s2);
    font-size: var(--small);
  }
  .who span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  main {
    padding: var(--s5) var(--s6);
    max-width: 1240px;
    outline: none;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s3) var(--s4);
    align-items: center;
    justify-content: space-between;
    margin-bottom: var(--s4);
  }
  h1 {
    margin: 0;
    font-size: 20px;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 0 0 var(--s3);
    font-size: var(--small);
    font-weight: 600;
    color: var(--soft);
  }
  p {
    margin: 0 0 var(--s2);
  }
  .trail {
    display: flex;
    gap: var(--s2);
    margin-bottom: var(--s1);
    font-size: var(--small);
    color: var(--soft);
  }
  .trail a + a::before {
    content: '› ';
  }

  .card {
    margin: 0 0 var(--s4);
    padding: var(--s4);
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: var(--r);
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: var(--s4);
    margin-bottom: var(--s4);
  }
  .tiles .card {
    margin: 0;
  }
  .tile h2,
  .tile p {
    margin: 0;
  }
  .tile .value {
    margin: var(--s1) 0;
    font-size: 26px;
    line-height: 1.2;
    font-weight: 600;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
  }
  .list {
    list-style: none;
    padding: 0;
  }
  .list h2 {
    margin: 0;
    padding: var(--s3) var(--s4);
    border-bottom: 1px solid var(--line);
  }
  .list ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .list li {
    display: grid;
    grid-template-columns: 104px minmax(0, 1fr) auto auto;
    gap: var(--s1) var(--s4);
    align-items: center;
    padding: var(--s3) var(--s4);
  }
  .list li + li {
    border-top: 1px solid var(--line);
  }
  .what {
    overflow-wrap: anywhere;
  }
  .nothing {
    margin: 0;
    padding: var(--s4);
    color: var(--soft);
  }
`;
