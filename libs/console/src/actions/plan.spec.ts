import { expect, it } from '@jest/globals';
import { planHash } from './plan.js';

const plan = { would: ['redrive a'], selection: ['a 1'] };

it('the same plan has the same hash', () => expect(planHash({ ...plan })).toBe(planHash(plan)));
it.each([
  ['another sentence', { ...plan, would: ['redrive b'] }],
  ['another selection behind the same sentence', { ...plan, selection: ['a 2'] }],
  ['one more', { ...plan, selection: ['a 1', 'b 1'] }],
])('%s is another plan', (_case, other) => expect(planHash(other)).not.toBe(planHash(plan)));
