import { printable } from '@tradewind/operations';

/** Text that is HTML already. Only `html` makes it, so every other text is escaped. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For element content and for attribute values in quotes. Control characters and marks that change the direction of text become visible. */
export const escaped = (text: string): string =>
  printable(text).replaceAll(/[&<>"']/g, (character) => entities[character]!);

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (content === null || content === undefined || content === false) return '';
  return typeof content === 'object' ? content.map(textOf).join('') : escaped(String(content));
}

/** HTML from a template. Texts are escaped, lists are joined, and null, undefined and false are nothing. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html =>
  new Html(String.raw({ raw: strings }, ...values.map(textOf)));
