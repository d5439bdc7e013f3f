import { describe, expect, it } from '@jest/globals';
import type { SagaDescription, StepDescription } from '@tradewind/messaging/internals';
import { sagaDiagram } from './saga-diagram.js';

const step = (name: string, more: Partial<StepDescription> = {}): StepDescription => ({
  name,
  kind: 'step',
  command: `${name}.do`,
  success: `${name}.done`,
  timeout: '30s',
  retries: 0,
  ...more,
});
const compensated = (name: string): Partial<StepDescription> => ({
  failure: `${name}.refused`,
  compensation: `${name}.undo`,
  compensated: `${name}.undone`,
});
const saga = (steps: readonly StepDescription[], canBeCancelled = false): SagaDescription => ({
  name: 'trip',
  version: 1,
  current: true,
  subjects: 'trips',
  steps,
  canBeCancelled,
});
const transitions = (of: SagaDescription): string[] =>
  sagaDiagram(of)
    .split('\n')
    .filter((line) => line.includes('-->'))
    .map((line) => line.trim());

describe('the diagram of a saga', () => {
  it('compensates the steps before one that failed, and also the one that timed out', () =>
    expect(transitions(saga([step('a', compensated('a')), step('b', compensated('b'))], true))).toEqual([
      '[*] --> s0',
      's0 --> s1 : a.done',
      's0 --> failed : a.refused',
      's0 --> c0 : 30s or cancelled',
      's1 --> completed : b.done',
      's1 --> c0 : b.refused',
      's1 --> c1 : 30s or cancelled',
      'c0 --> failed : a.undone',
      'c0 --> c0 : 30s, forever',
      'c1 --> c0 : b.undone',
      'c1 --> c1 : 30s, forever',
      'completed --> [*]',
      'failed --> [*]',
    ]));

  it('compensates nothing after the point of no return', () =>
    expect(transitions(saga([{ name: 'go', kind: 'point of no return' }, step('a', { retries: 'forever' })]))).toEqual([
      '[*] --> s0',
      's0 --> s1',
      's1 --> completed : a.done',
      's1 --> s1 : 30s, forever',
      'completed --> [*]',
    ]));

  it('shows repeats before a compensation', () =>
    expect(transitions(saga([step('a', { retries: 2 })]))).toEqual(
      expect.arrayContaining(['s0 --> s0 : 30s, 2 times', 's0 --> failed : 30s']),
    ));
});
