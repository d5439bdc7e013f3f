import { groupBy, Transient } from '@tradewind/kernel';
import { UniqueConflict, type AnyTable } from '../decide/index.js';
import { isTransient, uniqueConstraintOf } from '../postgres/sql-errors.js';
import type { Store } from '../store/store.js';
import type { World } from '../system.js';
import { Batch, GivenBack, type Committed } from './batch.js';
import type { Outcomes, Work } from './work.js';

/**
 * Runs works in as few transactions as their soundness allows. Each work's effect is kept entirely or not at all, and once.
 * Never rejects: what could not be done says why in its outcome.
 */
export class Runner {
  readonly #listeners: ((committed: Committed) => void)[] = [];
  readonly #transients: ((error: unknown) => void)[] = [];

  constructor(
    private readonly store: Store,
    private readonly lockOrder: readonly AnyTable[],
    private readonly world: World,
  ) {}

  onCommitted(listener: (committed: Committed) => void): void {
    this.#listeners.push(listener);
  }

  /** Told whenever works are left undone for a reason that passes by itself. */
  onTransient(listener: (error: unknown) => void): void {
    this.#transients.push(listener);
  }

  async run(works: readonly Work[]): Promise<Outcomes> {
    if (works.length === 0) return new Map();
    try {
      return await this.#attempt(works);
    } catch (error) {
      if (isTransient(error)) return this.#same(works, error);
      if (error instanceof GivenBack) return this.#without(works, error);
      return works.length === 1 ? this.#alone(works[0]!) : this.#halves(works);
    }
  }

  async #attempt(works: readonly Work[]): Promise<Outcomes> {
    const { outcomes, committed } = await this.store.transaction((transaction) =>
      new Batch(transaction, this.lockOrder, this.world, works).run(),
    );
    for (const listener of this.#listeners) listener(committed);
    return outcomes;
  }

  /** The failed ones keep their outcome; the others are run again. */
  async #without(works: readonly Work[], { outcomes }: GivenBack): Promise<Outcomes> {
    const left = works.filter((work) => ['failed', 'behind', 'refused'].includes(outcomes.get(work)!.kind));
    const rest = await this.run(works.filter((work) => !left.includes(work)));
    for (const work of left) rest.set(work, outcomes.get(work)!);
    return rest;
  }

  /** A save was refused: once more alone, for it may only have raced an insert, then it is the guilty one. */
  async #alone(work: Work): Promise<Outcomes> {
    try {
      return await this.#attempt([work]);
    } catch (error) {
      if (isTransient(error)) return this.#same([work], error);
      if (error instanceof GivenBack) return error.outcomes;
      const constraint = uniqueConstraintOf(error);
      return new Map([
        [work, { kind: 'failed', error: constraint === undefined ? error : new UniqueConflict(constraint) }],
      ]);
    }
  }

  #same(works: readonly Work[], error: unknown): Outcomes {
    for (const listener of this.#transients) listener(error);
    const transient = error instanceof Transient ? error : new Transient(String(error), { cause: error });
    return new Map(works.map((work) => [work, { kind: 'transient', error: transient }]));
  }

  /** Halves are split between lanes; within one lane the later half waits for the earlier. */
  async #halves(works: readonly Work[]): Promise<Outcomes> {
    const lanes = [...groupBy(works, (work) => work.lane).values()];
    if (lanes.length > 1) {
      const half = Math.ceil(lanes.length / 2);
      return merge(await this.run(lanes.slice(0, half).flat()), await this.run(lanes.slice(half).flat()));
    }
    const half = Math.ceil(works.length / 2);
    const first = await this.run(works.slice(0, half));
    const clean = [...first.values()].every(
      ({ kind }) => kind !== 'failed' && kind !== 'behind' && kind !== 'transient',
    );
    return merge(
      first,
      clean ? await this.run(works.slice(half)) : new Map(works.slice(half).map((work) => [work, { kind: 'behind' }])),
    );
  }
}

const merge = (a: Outcomes, b: Outcomes): Outcomes => new Map([...a, ...b]);
