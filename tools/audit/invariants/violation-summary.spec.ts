import { describe, expect, it } from '@jest/globals';
import type { ViolationKind } from './section.js';
import { summarizeViolations } from './violation-summary.js';

const section = (...violations: { ids: Record<string, string>; kind?: ViolationKind }[]) => ({
  violations: violations.map((violation) => ({ what: 'w', ...violation })),
});

describe('the summary of violations', () => {
  it('is zero without violations', () =>
    expect(summarizeViolations([section(), section()])).toEqual({ lost: 0, doubled: 0, stuck: 0, wrong: 0 }));
  it('counts a lost order once, whatever reports it', () =>
    expect(
      summarizeViolations([
        section({ ids: { order: 'o' }, kind: 'lost' }),
        section({ ids: { topic: 't', key: 'o' }, kind: 'lost' }, { ids: { order: 'p' }, kind: 'lost' }),
      ]).lost,
    ).toBe(2));
  it('counts an order once for each kind', () =>
    expect(
      summarizeViolations([section({ ids: { order: 'o' }, kind: 'doubled' }, { ids: { order: 'o' }, kind: 'stuck' })]),
    ).toEqual({ lost: 0, doubled: 1, stuck: 1, wrong: 0 }));
  it('counts messages where no order is named', () =>
    expect(
      summarizeViolations([section({ ids: { message: 'm' }, kind: 'lost' }, { ids: { message: 'n' }, kind: 'lost' })])
        .lost,
    ).toBe(2));
  it('counts every disagreement of records', () =>
    expect(summarizeViolations([section({ ids: { order: 'o' } }, { ids: { order: 'o' } })]).wrong).toBe(2));
});
