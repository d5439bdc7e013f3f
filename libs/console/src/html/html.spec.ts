import { describe, expect, it } from '@jest/globals';
import { shortId } from './elements.js';
import { html } from './html.js';

const hostile = `<script>alert("1")</script>' onload='x' & \u202Egpj.exe\u0000`;

describe('a hostile text', () => {
  it('cannot become an element', () =>
    expect(html`<p>${hostile}</p>`.text).toBe(
      String.raw`<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x&#39; &amp; \u202egpj.exe\u0000</p>`,
    ));
  it('cannot leave an attribute', () => expect(html`<a title="${hostile}"></a>`.text.match(/"/g)).toHaveLength(2));
  it('stays text inside a list, and in an element made of it', () => {
    expect(html`${[hostile, html`<b>${hostile}</b>`]}`.text).not.toMatch(/<(?!\/?b>)/);
    expect(shortId(hostile).text).not.toContain('<script');
  });
});

describe('a template', () => {
  it('keeps what is HTML already, and joins lists', () =>
    expect(html`<b>${[1, 2].map((n) => html`<i>${n}</i>`)}</b>`.text).toBe('<b><i>1</i><i>2</i></b>'));
  it('writes nothing for what is not there', () => expect(html`a${null}${undefined}${false}b${0}`.text).toBe('ab0'));
});
