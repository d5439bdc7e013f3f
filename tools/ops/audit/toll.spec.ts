import { describe, expect, it } from '@jest/globals';
import { tollOf } from './toll.js';

const section = (...violations: { ids: Record<string, string>; means?: 'lost' | 'doubled' | 'stuck' }[]) => ({
  violations: violations.map((each) => ({ what: 'w', ...each })),
});

describe('the toll of a run', () => {
  it('is nothing where nothing was found', () =>
    expect(tollOf([section(), section()])).toEqual({ lost: 0, doubled: 0, stuck: 0, wrong: 0 }));
  it('counts an order once, whatever says that it is lost', () =>
    expect(
      tollOf([
        section({ ids: { order: 'o' }, means: 'lost' }),
        section({ ids: { topic: 't', key: 'o' }, means: 'lost' }, { ids: { order: 'p' }, means: 'lost' }),
      ]).lost,
    ).toBe(2));
  it('counts it again for what else became of it', () =>
    expect(
      tollOf([section({ ids: { order: 'o' }, means: 'doubled' }, { ids: { order: 'o' }, means: 'stuck' })]),
    ).toEqual({ lost: 0, doubled: 1, stuck: 1, wrong: 0 }));
  it('counts messages where no order is named', () =>
    expect(
      tollOf([section({ ids: { message: 'm' }, means: 'lost' }, { ids: { message: 'n' }, means: 'lost' })]).lost,
    ).toBe(2));
  it('counts every sentence of books that disagree', () =>
    expect(tollOf([section({ ids: { order: 'o' } }, { ids: { order: 'o' } })]).wrong).toBe(2));
});
