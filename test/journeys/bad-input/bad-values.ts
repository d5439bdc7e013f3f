import type { Kind } from '../../services/request-sample.js';

const huge = [1e308, -1e308, 2 ** 53, -(2 ** 53)];
const noText = [5, true, null, ['a'], { a: 'a' }];
const noNumber = ['5', '', true, null, [], [5], {}];

/** Invalid values for a field of this kind. */
export function badValues(kind: Kind): unknown[] {
  switch (kind.is) {
    case 'text':
      return [
        ...noText,
        '',
        'a\0b',
        '\ud800',
        kind.long ?? 'x'.repeat(kind.most + 1),
        'x'.repeat(1_500),
        ...(kind.lines ? [] : ['a\nb', ' ']),
      ];
    case 'count':
      return [
        ...noNumber,
        ...huge,
        kind.least - 1,
        kind.most + 1,
        1.5,
        -0.5,
        ...(kind.not === undefined ? [] : [kind.not]),
      ];
    case 'id':
      return [
        ...noText,
        '',
        'x',
        '1',
        '01991234-5678-7000-8000-00000000000A',
        '01991234-5678-7000-8000-00000000000a ',
        "' or 1=1 --",
        'x'.repeat(1_500),
      ];
    case 'currency':
      return [...noText, '', 'USD', 'EUR', 'gbp', 'GBP ', 'GBP\0'];
    case 'choice':
      return [...noText, '', 'x', 'other ', 'OTHER', 'x'.repeat(1_500)];
    case 'flag':
      return ['true', 'x', 0, 1, null, [], [true], {}];
    case 'object':
      return [5, 'x', true, null, [], [{}]];
    case 'list':
      return [5, 'x', true, null, {}, [], [null], [5], [[]], Array.from({ length: kind.most + 1 }, () => ({}))];
    case 'money':
      return [
        5,
        'x',
        null,
        [],
        {},
        ...[-1, 1.5, '5', null, ...huge].map((amount) => ({ amount, currency: 'GBP' })),
        ...['USD', 'gbp', 5, null, 'G\0'].map((currency) => ({ amount: 1, currency })),
        { amount: 1, currency: 'GBP', more: 1 },
      ];
  }
}

type Json = Record<string, unknown>;

/** A copy of the body with this value of the field, or without the field for undefined. */
export function withField(body: object, path: string, value: unknown): Json {
  const copy = structuredClone(body) as Json;
  const names = path.split('.');
  const last = names.pop()!;
  const holder = names.reduce<Json>((at, name) => at[name] as Json, copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
