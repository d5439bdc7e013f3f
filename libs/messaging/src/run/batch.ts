import { groupBy, isRefusal } from '@tradewind/kernel';
import { Decision, type AnyTable, type Change, type Circumstances, type Deadline, type Wish } from '../decide/index.js';
import { toOutboxRow } from '../outbox/envelope.js';
import type { EffectRow, OutboxRow, TimerRow, Transaction } from '../store/store.js';
import { newId, type World } from '../system.js';
import { LoadedTable } from './loaded-rows.js';
import type { Outcome, Outcomes, Work } from './work.js';

/** Rows that one batch may load; what comes after them waits for the next. */
const rowLimit = 5_000;

export interface Committed {
  readonly changes: readonly { readonly table: string; readonly key: string }[];
  readonly said: number;
  readonly wished: number;
}

/** One transaction's worth of works: mark, load in the lock order, decide each in memory, save everything at once. */
export class Batch {
  readonly #outcomes: Outcomes = new Map();
  readonly #tables: Map<string, LoadedTable>;
  readonly #given = new Map<Work, Record<string, unknown>>();
  readonly #says: OutboxRow[] = [];
  readonly #wishes: EffectRow[] = [];
  readonly #deadlines = new Map<string, TimerRow>();
  readonly #met = new Set<string>();
  readonly #answers: { claim: NonNullable<Work['claim']>; answer: unknown }[] = [];
  readonly #now: Date;

  constructor(
    private readonly transaction: Transaction,
    private readonly lockOrder: readonly AnyTable[],
    private readonly world: World,
    private readonly works: readonly Work[],
  ) {
    this.#tables = new Map(lockOrder.map((table) => [table.name, new LoadedTable(table)]));
    this.#now = world.clock.now();
  }

  async run(): Promise<{ outcomes: Outcomes; committed: Committed }> {
    // crashpoint: batch.before-marks
    await this.#mark();
    await this.#claim();
    await this.#end();
    await this.#load();
    // crashpoint: batch.after-load
    for (const work of this.works) if (this.#open(work)) await this.#decide(work);
    await this.#release();
    return { outcomes: this.#outcomes, committed: await this.#save() };
  }

  #open(work: Work): boolean {
    return !this.#outcomes.has(work);
  }

  #settle(work: Work, outcome: Outcome): void {
    this.#outcomes.set(work, outcome);
  }

  async #mark(): Promise<void> {
    const byConsumer = groupBy(
      this.works.filter((work) => work.consumer !== undefined),
      (work) => work.consumer!,
    );
    for (const [consumer, works] of byConsumer) {
      const first = new Set<string>();
      for (const work of works) {
        if (first.has(work.cause)) this.#settle(work, { kind: 'seen' });
        first.add(work.cause);
      }
      for (const work of works.filter((each) => each.released)) {
        if (!(await this.transaction.markReleased(consumer, work.cause, work.lane)))
          this.#settle(work, { kind: 'seen' });
      }
      const marks = works.filter((work) => !work.released && this.#open(work));
      if (marks.length === 0) continue;
      const { seen, waiting } = await this.transaction.mark(
        consumer,
        marks.map((work) => ({ id: work.cause, lane: work.lane })),
      );
      for (const work of marks) {
        if (seen.has(work.cause)) this.#settle(work, { kind: 'seen' });
        else if (waiting.has(work.cause)) this.#settle(work, { kind: 'waiting' });
      }
    }
  }

  async #claim(): Promise<void> {
    const works = this.works.filter((work) => work.claim);
    if (works.length === 0) return;
    const claimed = await this.transaction.claim(works.map((work) => ({ ...work.claim!, at: this.#now })));
    works.forEach((work, index) => {
      const got = claimed[index]!;
      if (got.fresh) return;
      this.#settle(
        work,
        got.bodyHash === work.claim!.bodyHash ? { kind: 'replayed', answer: got.answer } : { kind: 'mismatch' },
      );
    });
  }

  /** Effects and timers that these works end; one that is gone was settled by somebody else. */
  async #end(): Promise<void> {
    const effects = this.works.filter((work) => work.effect);
    if (effects.length > 0) {
      const ended = await this.transaction.finishEffects(effects.map((work) => work.effect!));
      for (const work of effects) if (!ended.has(work.effect!.id)) this.#settle(work, { kind: 'seen' });
    }
    const timers = this.works.filter((work) => work.timer !== undefined);
    if (timers.length > 0) {
      const taken = await this.transaction.disarm(timers.map((work) => work.timer!));
      for (const work of timers) if (!taken.has(work.timer!)) this.#settle(work, { kind: 'seen' });
    }
  }

  async #load(): Promise<void> {
    let rows = 0;
    for (const work of this.works) if (this.#open(work)) this.#given.set(work, this.#circumstances(work));
    for (const table of this.lockOrder) {
      const loaded = this.#tables.get(table.name)!;
      const by = new Map<string, Set<string>>();
      const views: (() => void)[] = [];
      for (const work of this.works) {
        if (!this.#open(work)) continue;
        if (rows > rowLimit) {
          this.#settle(work, { kind: 'behind' });
          continue;
        }
        const given = this.#given.get(work)!;
        for (const [name, load] of Object.entries(work.load)) {
          if (load.table.name !== table.name) continue;
          const values = this.#valuesOf(work, () => [...load.values(work.input, given)]);
          if (!values) break;
          const wanted = by.get(load.by) ?? new Set<string>();
          for (const value of values) wanted.add(value);
          by.set(load.by, wanted);
          if (load.by === table.key) loaded.asked(values);
          rows += values.length;
          views.push(() => (given[name] = loaded.view(load as never, values)));
        }
      }
      const asked = new Map([...by].filter(([, values]) => values.size > 0));
      if (asked.size > 0) loaded.loaded(await this.transaction.load({ table, by: asked }));
      for (const view of views) view();
    }
  }

  #valuesOf(work: Work, ask: () => string[]): string[] | undefined {
    try {
      return ask();
    } catch (error) {
      this.#fail(work, error);
      return undefined;
    }
  }

  #circumstances(work: Work): Record<string, unknown> & Circumstances {
    return {
      now: this.#now,
      id: () => newId(this.world),
      cause: work.cause,
      sequence: work.sequence ?? 0n,
    };
  }

  /** Later works of the same lane may not overtake a failed one. */
  #fail(work: Work, error: unknown): void {
    this.#settle(work, { kind: 'failed', error });
    for (const later of this.works.slice(this.works.indexOf(work) + 1)) {
      if (later.lane === work.lane && this.#open(later)) this.#settle(later, { kind: 'behind' });
    }
  }

  async #decide(work: Work): Promise<void> {
    try {
      const decided = await work.decide(this.#given.get(work)!);
      if (isRefusal(decided)) return this.#settle(work, { kind: 'refused', refusal: decided });
      if (!(decided instanceof Decision)) throw new TypeError('a decision must be returned: save, say, nothing() …');
      this.#accept(work, decided);
      this.#settle(work, { kind: 'done', answer: decided.answer });
    } catch (error) {
      this.#fail(work, error);
    }
  }

  /** All of a decision or, when a part of it is unsound, nothing. */
  #accept(work: Work, decision: Decision<unknown>): void {
    const tableOf = (change: Change): LoadedTable => {
      const loaded = this.#tables.get(change.table.name);
      if (!loaded) throw new TypeError(`the table ${change.table.name} is missing from the service's lock order`);
      return loaded;
    };
    for (const change of decision.changes) tableOf(change).check(change);
    const ids = new Map(decision.says.map((said) => [said, newId(this.world)]));
    const says = decision.says.map((said) =>
      toOutboxRow(said, {
        id: ids.get(said)!,
        at: this.#now,
        cause: work.cause,
        correlation: work.correlation,
        traceparent: work.traceparent ?? null,
      }),
    );
    for (const change of decision.changes) tableOf(change).apply(change);
    this.#says.push(...says);
    this.#wishes.push(...decision.wishes.map((wish) => this.#wished(work, wish)));
    for (const id of decision.met) if (!this.#deadlines.delete(id)) this.#met.add(id);
    for (const deadline of decision.deadlines) this.#deadlines.set(deadline.id, timerOf(deadline, ids));
    if (work.claim) this.#answers.push({ claim: work.claim, answer: decision.answer });
  }

  #wished(work: Work, wish: Wish): EffectRow {
    return {
      id: newId(this.world),
      name: wish.effect,
      key: wish.key,
      payload: wish.payload,
      cause: work.cause,
      correlation: work.correlation ?? wish.key,
    };
  }

  /** Marks and keys of what was not decided in the end are given back. */
  async #release(): Promise<void> {
    const given = this.works.filter((work) => ['failed', 'behind', 'refused'].includes(this.#outcomes.get(work)!.kind));
    for (const [consumer, works] of groupBy(
      given.filter((work) => work.consumer !== undefined),
      (work) => work.consumer!,
    )) {
      await this.transaction.unmark(
        consumer,
        works.map((work) => work.cause),
      );
    }
    await this.transaction.unclaim(given.flatMap((work) => work.claim ?? []));
    if (given.some((work) => work.effect || work.timer !== undefined || work.released))
      throw new GivenBack(this.#outcomes);
  }

  async #save(): Promise<Committed> {
    // crashpoint: batch.before-save
    const changed: { table: string; key: string }[] = [];
    for (const table of this.lockOrder) {
      const loaded = this.#tables.get(table.name)!;
      if (loaded.changes.length === 0) continue;
      await this.transaction.save(table, loaded.changes, loaded.known);
      for (const { key } of loaded.changes) changed.push({ table: table.name, key });
    }
    await this.transaction.keepAnswers(this.#answers);
    await this.transaction.wish(this.#wishes);
    await this.transaction.append(this.#says);
    await this.transaction.arm([...this.#deadlines.values()], [...this.#met]);
    return { changes: changed, said: this.#says.length, wished: this.#wishes.length };
  }
}

/** An effect, a timer or a released message was not decided: what ended with it must not be committed, so the rest is run again without it. */
export class GivenBack extends Error {
  override readonly name = 'GivenBack';
  constructor(readonly outcomes: Outcomes) {
    super('a work that ends a row was left out');
  }
}

const timerOf = (deadline: Deadline, ids: ReadonlyMap<object, string>): TimerRow => ({
  id: deadline.id,
  sagaId: deadline.sagaId,
  name: deadline.name,
  milliseconds: deadline.milliseconds,
  startedBy: deadline.command ? (ids.get(deadline.command) ?? null) : null,
});
