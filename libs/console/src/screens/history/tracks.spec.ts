import { describe, expect, it } from '@jest/globals';
import type { HistoryEntry, OfService, Saga, SagaDefinition } from '@tradewind/operations';
import { trackDrawing } from './track-drawing.js';
import { tracksOf, waysOf } from './tracks.js';

const at = (seconds: number): Date => new Date(Date.UTC(2030, 0, 1, 14, 3, seconds));
const entry = (seconds: number, service: string, name: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at: at(seconds),
  service,
  kind: 'message',
  what: `published ${name}`,
  id: `${name} ${seconds}`,
  name,
  causation: null,
  ...more,
});
const step = (name: string, compensated?: string): SagaDefinition['steps'][number] => ({
  kind: 'step',
  name,
  success: `${name} done`,
  ...(compensated !== undefined && { compensated }),
  timeout: '30s',
  retries: 0,
});
const definition: OfService<SagaDefinition> = {
  service: 'order',
  saga: 'place',
  version: 1,
  steps: [
    step('reserve', 'released'),
    step('pay', 'refunded'),
    { kind: 'point of no return', name: 'confirm' },
    step('sell'),
  ],
  open: [],
};
const saga: OfService<Saga> = {
  service: 'order',
  id: 'place:1',
  saga: 'place',
  version: 1,
  subject: '1',
  status: 'running',
  stuck: false,
  step: 'pay',
  attempt: 2,
  completedSteps: ['reserve'],
  toCompensate: [],
  startedAt: at(0),
  updatedAt: at(1),
  dueAt: at(130),
  committed: false,
};

describe('a history', () => {
  const tracks = tracksOf(
    {
      entries: [
        entry(0, 'order', 'stock.reserve'),
        entry(1, 'product', 'stock.reserved', { causation: 'stock.reserve 0' }),
        entry(1, 'payment', 'take', { kind: 'effect scheduled', id: 'effect' }),
        entry(2, 'payment', 'take', { kind: 'effect ended', id: 'effect' }),
        entry(2, 'order', 'executing pay', { kind: 'transition' }),
        entry(40, 'order', 'stock.reserve'),
        entry(41, 'payment', 'take', { kind: 'effect scheduled', id: 'another' }),
      ],
      sagas: [saga],
    },
    [definition],
  );
  it('has a track for each service, in the order in which they took part', () =>
    expect(tracks.services).toEqual(['order', 'product', 'payment']));
  it('leads from a message to what it caused', () =>
    expect(tracks.bars[1]).toMatchObject({ name: 'stock.reserved', cause: 0 }));
  it('counts attempts, and folds idle time', () => {
    expect(tracks.bars.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 2]);
    expect(tracks.bars.map(({ idle }) => idle)).toEqual([null, null, null, 39, null]);
  });
  it('has effects from their beginning to their end', () =>
    expect(tracks.bars.filter(({ name }) => name === 'take').map(({ kind, to }) => [kind, to])).toEqual([
      ['done', at(2)],
      ['running', null],
    ]));
  it('is drawn without a text of its own becoming an element', () =>
    expect(trackDrawing(tracksOf({ entries: [entry(0, '<b>', '<script>')], sagas: [] }, [])).text).not.toMatch(
      /<b>|<script>/,
    ));
});

describe('what can still happen', () => {
  it('is the steps that follow, or the compensations at the timeout', () =>
    expect(waysOf(saga, [definition])).toEqual([
      { title: 'if "pay" succeeds', by: null, steps: ['confirm', 'sell'] },
      { title: 'if not', by: at(130), steps: ['compensate pay', 'compensate reserve'] },
    ]));
  it('is only forwards after the point of no return', () =>
    expect(waysOf({ ...saga, step: 'sell', committed: true }, [definition])).toEqual([
      { title: 'if "sell" succeeds', by: null, steps: [] },
      { title: 'if not, again', by: at(130), steps: ['sell'] },
    ]));
  it('is the rest of the compensations once it compensates', () =>
    expect(
      waysOf({ ...saga, status: 'compensating', step: 'reserve', toCompensate: ['reserve'] }, [definition]),
    ).toEqual([{ title: 'compensates', by: at(130), steps: ['compensate reserve'] }]));
  it('is nothing after the end', () =>
    expect(waysOf({ ...saga, status: 'completed', step: null }, [definition])).toEqual([]));
});
