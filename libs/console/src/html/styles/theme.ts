import { css } from './css.js';

/** Sizes, distances and colours; dark where the system is. */
export const theme = css`
  :root {
    color-scheme: light dark;
    --bg: #f6f7f9;
    --card: #fff;
    --line: #e3e6eb;
    --edge: #8b94a3;
    --ink: #161a22;
    --soft: #545d6b;
    --accent: #2456d6;
    --on-accent: #fff;
    --ok: #17693a;
    --warn: #8a5200;
    --bad: #b32424;
    --ok-bg: #e6f4ec;
    --warn-bg: #fdf1de;
    --bad-bg: #fbe7e7;
    --plain-bg: #eceef2;
    --ghost: #a7afbb;
    --bar-ok: #2a9d5c;
    --bar-warn: #e09a2b;
    --bar-bad: #d64545;
    --s1: 4px;
    --s2: 8px;
    --s3: 12px;
    --s4: 16px;
    --s5: 24px;
    --s6: 32px;
    --r: 10px;
    --text: 14px;
    --small: 13px;
    --tiny: 12px;
    --mono: ui-monospace, SFMono-Regular, Menlo, 'Liberation Mono', monospace;
    font:
      var(--text) / 1.45 system-ui,
      'Segoe UI',
      Roboto,
      'Liberation Sans',
      sans-serif;
    color: var(--ink);
    background: var(--bg);
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --bg: #0f1217;
      --card: #171b22;
      --line: #262c36;
      --edge: #717b8b;
      --ink: #e8ebf0;
      --soft: #a3acba;
      --accent: #7da2ff;
      --on-accent: #0f1217;
      --ok: #5cc98a;
      --warn: #e6a94b;
      --bad: #f19090;
      --ok-bg: #12301f;
      --warn-bg: #33260f;
      --bad-bg: #381a1a;
      --plain-bg: #232933;
      --ghost: #566172;
      --bar-ok: #3f9e69;
      --bar-warn: #c98f37;
      --bar-bad: #d26464;
    }
  }
`;
