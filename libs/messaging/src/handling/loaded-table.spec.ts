import { describe, expect, it } from '@jest/globals';
import { table, UniqueConflict, type Change } from '../ports/index.js';
import { insert, remove, save, type Decision } from './decision.js';
import { rows, rowsWhere, type Load } from './handler-context.js';
import { LoadedTable } from './loaded-table.js';

interface Point {
  readonly id: string;
  readonly user: string;
  readonly points: number;
}
const Points = table<Point>('points', 'id', { id: 'text', user: 'text', points: 'int4' });
const ten: Point = { id: 'a', user: 'ann', points: 10 };
const thirty: Point = { ...ten, points: 30 };

const byKey = rows<unknown, Point>(Points, () => []) as unknown as Load<unknown, object>;
const byUser = rowsWhere<unknown, Point>(Points, 'user', () => []) as unknown as Load<unknown, object>;

/** A batch over the table: decisions are applied in order, each sees the ones before it. */
class BatchOfPoints {
  readonly #table = new LoadedTable(Points);

  constructor({ requested = [], stored = [] }: { requested?: string[]; stored?: Point[] }) {
    this.#table.request(requested);
    this.#table.add(stored);
  }

  decide(decision: Decision): this {
    for (const change of decision.changes) this.#table.check(change);
    for (const change of decision.changes) this.#table.apply(change);
    return this;
  }

  get(key: string): unknown {
    return this.#table.view(byKey, ['a', 'b']).get(key);
  }

  of(user: string): unknown {
    return this.#table.view(byUser, [user]).all();
  }

  get written(): unknown[] {
    return this.#table.changes.map(({ key, row, isNew }: Change) => ({ key, row, isNew }));
  }
}

describe.each([
  ['was requested by key', ['a']],
  ['was not requested by key', []],
])('a row that an earlier decision of the batch inserted and that %s', (_, requested) => {
  const batch = (): BatchOfPoints => new BatchOfPoints({ requested }).decide(insert(Points, ten));

  it('is found by its key', () => expect(batch().get('a')).toEqual(ten));
  it('is found by a property', () => expect(batch().of('ann')).toEqual([ten]));
  it('is inserted with its last state when a later decision saves it', () =>
    expect(batch().decide(save(Points, thirty)).written).toEqual([{ key: 'a', row: thirty, isNew: true }]));
  it('is inserted and deleted when a later decision removes it, so that it still conflicts with another transaction', () => {
    const removed = batch().decide(remove(Points, 'a'));
    expect(removed.written).toEqual([
      { key: 'a', row: ten, isNew: true },
      { key: 'a', row: undefined, isNew: true },
    ]);
    expect([removed.get('a'), removed.of('ann')]).toEqual([undefined, []]);
  });
  it('is inserted with its last state when it is removed and inserted again', () =>
    expect(batch().decide(remove(Points, 'a')).decide(insert(Points, thirty)).written).toEqual([
      { key: 'a', row: thirty, isNew: true },
    ]));
  it('conflicts with a second insert, also when a later decision would remove it', () =>
    expect(() => batch().decide(insert(Points, thirty))).toThrow(UniqueConflict));
});

describe('a row that an earlier decision of the batch removed', () => {
  const batch = (): BatchOfPoints => new BatchOfPoints({ requested: ['a'], stored: [ten] }).decide(remove(Points, 'a'));

  it('is gone', () => expect([batch().get('a'), batch().of('ann')]).toEqual([undefined, []]));
  it('can be inserted again', () => {
    const again = batch().decide(insert(Points, thirty));
    expect(again.get('a')).toEqual(thirty);
    expect(again.written).toEqual([
      { key: 'a', row: undefined, isNew: false },
      { key: 'a', row: thirty, isNew: true },
    ]);
  });
});

describe('a row that exists', () => {
  const batch = (): BatchOfPoints => new BatchOfPoints({ requested: ['a'], stored: [ten] });

  it('conflicts with an insert', () => expect(() => batch().decide(insert(Points, thirty))).toThrow(UniqueConflict));
  it('is not written when it is saved unchanged', () => expect(batch().decide(save(Points, ten)).written).toEqual([]));
});

it('rejects a change of a row that was not loaded', () =>
  expect(() => new BatchOfPoints({}).decide(save(Points, ten))).toThrow('was not loaded'));
