import { describe, expect, it } from '@jest/globals';
import { maskText, oneLine } from '@tradewind/service';
import { sourceExpressions } from './expressions.js';
import { superlinearAt } from './superlinear.js';
import { hostileTexts } from './hostile-texts.js';

const run = (expression: RegExp) => (text: string) =>
  expression.global ? text.replace(expression, '') : expression.test(text);

/** The start of a text for which the expression takes more than linear time. */
const slowText = (expression: RegExp): string | undefined =>
  hostileTexts(expression).find((textOf) => superlinearAt(run(expression), textOf) !== undefined)?.(20);

describe('an expression that takes quadratic or exponential time', () => {
  it.each([/[\w.]+@\w+/g, /(a+)+$/, /^(a|aa)+$/, /\beyJ[\w-]+\.[\w-]+/g, / *,/, /(?:x\s*)*\s*y/])(
    '%s is found',
    (expression) => expect(slowText(expression)).toBeDefined(),
  );
});

describe('the time of every expression', () => {
  it.each(sourceExpressions().map(({ file, expression }) => [String(expression), file, expression] as const))(
    '%s of %s grows with the length of the text',
    (_, __, expression) => expect(slowText(expression)).toBeUndefined(),
  );
  it('grows so for one line of text', () => expect(slowText(oneLine)).toBeUndefined());
});

describe('the time of masking', () => {
  const secrets = [
    'a@',
    '@a',
    'a.',
    'a%40',
    'eyJ',
    '-eyJ',
    'eyJa.',
    '://',
    '://a',
    'Bearer ',
    '1 ',
    '4111',
    ' ',
    'ann@example.com ',
  ];
  it.each(secrets)('grows with the length of a text of "%s"', (part) =>
    expect(superlinearAt(maskText, (length) => part.repeat(length / part.length))).toBeUndefined(),
  );
});
