import { css } from './css.js';

/** The last rules: a screen that is narrow. */
export const narrow = css`
  @media (max-width: 820px) {
    .shell {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: auto 1fr;
    }
    nav {
      position: static;
      flex-direction: row;
      align-items: center;
      gap: var(--s2);
      height: auto;
      padding: var(--s2) var(--s3);
      overflow-x: auto;
      border-right: 0;
      border-bottom: 1px solid var(--line);
    }
    nav ul {
      display: flex;
    }
    nav a {
      white-space: nowrap;
    }
    nav a.brand {
      margin: 0;
    }
    .who {
      display: flex;
      gap: var(--s2);
      align-items: center;
      margin: 0;
      white-space: nowrap;
    }
    main {
      padding: var(--s4);
    }
    .list li {
      grid-template-columns: minmax(0, 1fr) auto;
    }
    .list li .what {
      grid-column: 1 / -1;
      grid-row: 2;
    }
    .list li > .button {
      justify-self: start;
    }
    .facts > div {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
  }
`;
