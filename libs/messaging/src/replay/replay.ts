import { Transient } from '@tradewind/kernel';
import { decode, type Decoded } from '../consume/decode.js';
import type { Handlers } from '../consume/handlers.js';
import { Parker, textOf } from '../consume/parker.js';
import { poisonedWork } from '../consume/poisoned-work.js';
import type { IncomingRecord, KafkaClient, OffsetRange } from '../kafka/kafka-client.js';
import type { Log, MessagingOptions } from '../messaging.options.js';
import type { MessagingParts } from '../messaging.parts.js';
import type { Outcome, Work } from '../run/work.js';
import type { Store } from '../store/store.js';
import { backOff, newId, type World } from '../system.js';
import { Pace } from './pace.js';
import { extentOf, placeOf, type Extent } from './ranges.js';
import { checkRequest, ReplayRefused, writtenRequest, type ReplayRequest } from './replay-request.js';
import type { ReplayRecord, ReplayState, ReplayStore } from './replay-store.js';
import { Tally, type Progress, type ReplayReport } from './tally.js';

/** Messages a transaction: few, so that nobody waits long for a row that a replay has locked. */
const abreast = 200;
const triesBeforeGivingUp = 4;

export interface ReplayPorts {
  readonly store: Store;
  readonly replays: ReplayStore;
  readonly kafka: KafkaClient;
  readonly world: World;
  readonly log: Log;
}

export interface ReplayOptions {
  /** Only counts what there is. */
  readonly dryRun?: boolean;
  /** Why; kept with what was done. Not needed for a dry run. */
  readonly reason?: string;
  /** One that was stopped, to go on with; its request was the same. */
  readonly resume?: ReplayRecord;
  /** Told about once a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Finishes what it has begun, keeps its positions, and resolves. */
  readonly signal?: AbortSignal;
}

/**
 * Takes messages that lie on the topics through the handlers of one consumer once more, beside the living group, whose positions it
 * leaves alone. The inbox holds: what was handled is skipped, what is missing is handled, as far as the group has read. With
 * `reprocess` everything is handled in an inbox of its own: projections are applied again, policies only where they are named.
 *
 * A reprocess beside a living consumer is right because it goes on to an end that was asked for after its last transaction: whatever
 * the living consumer has applied meanwhile lies before that end, so it is applied again, in order; what comes later finds rows
 * whose sequences never went back.
 * Until it has ended, rows may show what they held in the past: where somebody acts on them, a `Rebuild` is the way.
 */
export class Replay {
  readonly #handlers: Handlers;
  readonly #pace: Pace;
  readonly #parker: Parker;
  readonly #tally = new Tally();
  readonly #positions = new Map<string, { topic: string; partition: number; next: bigint }>();
  readonly #closed = new Set<string>();
  readonly #over: AbortSignal;

  constructor(
    private readonly parts: Pick<MessagingParts, 'runner' | 'transport'>,
    private readonly messaging: MessagingOptions,
    private readonly ports: ReplayPorts,
    private readonly request: ReplayRequest,
    private readonly options: ReplayOptions = {},
  ) {
    checkRequest(request);
    parts.transport.check();
    this.#handlers = handlersOf(parts, request);
    this.#pace = new Pace(ports.store, ports.world, request.fullSpeed ?? false);
    this.#parker = new Parker(ports.store, ports.world, {
      group: request.consumer,
      deadLetters: messaging.deadLetters?.name,
      log: ports.log,
    });
    this.#over = options.signal ?? new AbortController().signal;
  }

  /** Throws ReplayRefused on a request that makes no sense; rejects when database or broker are away for long. */
  async run(): Promise<ReplayReport> {
    const { kafka, replays } = this.ports;
    const replay = this.options.dryRun ? undefined : await this.#begun(replays);
    const extent = await extentOf(kafka, this.#handlers.topics, this.request);
    for (const position of replay?.positions ?? []) this.#positions.set(placeOf(position), position);
    try {
      await this.#read(extent, replay);
      return await this.#ended(
        replay,
        this.#over.aborted ? 'stopped' : this.#tally.failed.length > 0 ? 'failed' : 'done',
      );
    } catch (error) {
      await this.#ended(replay, 'failed');
      throw error;
    }
  }

  async #begun(replays: ReplayStore): Promise<ReplayRecord> {
    const { resume, reason = 'no reason was given' } = this.options;
    if (resume?.state === 'done') throw new ReplayRefused(`the replay ${resume.id} is done`);
    if (resume) return resume;
    const { consumer, reprocess } = this.request;
    return replays.begin({
      id: newId(this.ports.world),
      consumer,
      request: writtenRequest(this.request),
      ownGeneration: reprocess !== undefined,
      reason,
    });
  }

  async #read({ ranges, read }: Extent, replay: ReplayRecord | undefined): Promise<void> {
    const left = ranges.map((range): OffsetRange => ({
      ...range,
      from: this.#positions.get(placeOf(range))?.next ?? range.from,
    }));
    this.#tally.begin(this.ports.world.clock.now().getTime());
    this.#tally.expect(left);
    await this.ports.kafka.read({
      ranges: left,
      signal: this.#over,
      onEnd: (range) => this.#endOf(range),
      onRecords: async (records) => {
        for (let at = 0; at < records.length && !this.#over.aborted; at += abreast) {
          const some = records.slice(at, at + abreast);
          const handled = await this.#pace.keep(() => this.#handle(some, read, replay), this.#over);
          if (!handled) return;
          const last = some.at(-1)!;
          this.#positions.set(placeOf(last), { topic: last.topic, partition: last.partition, next: last.offset + 1n });
          this.#tally.read(some.length);
          await this.#tell(replay);
        }
      },
    });
  }

  /** A reprocess ends where its partition ends after its last transaction, whatever has come meanwhile. */
  async #endOf({ topic, partition, to }: OffsetRange): Promise<bigint> {
    if (!this.request.reprocess || this.options.dryRun) return to;
    const { end } = (await this.ports.kafka.endOffsets([topic])).find((each) => each.partition === partition)!;
    this.#tally.expect([{ topic, partition, from: to, to: end }]);
    return end;
  }

  /** False where it was told to stop before everything was handled. */
  async #handle(
    records: readonly IncomingRecord[],
    read: Extent['read'],
    replay: ReplayRecord | undefined,
  ): Promise<boolean> {
    const wanted = records
      .map((record) => decode(record, this.messaging.contracts))
      .filter((decoded) => this.#isWanted(decoded));
    const works = new Map<Work, Decoded>();
    const known = await this.#known(wanted, replay);
    for (const decoded of wanted) {
      if (known.has(decoded.id)) this.#tally.count('known');
      else {
        const work = this.#workOf(decoded, read, replay);
        if (work && !this.#closed.has(decoded.lane)) works.set(work, decoded);
        else if (work) this.#tally.count('behind a failed one');
      }
    }
    if (!this.options.dryRun) return this.#run(works, replay);
    for (const { envelope, poison } of works.values()) this.#tally.count(poison ? 'poison' : `new ${envelope!.type}`);
    return true;
  }

  /** By key and type, as the request has it; what can't be read has no type, and is left to the living consumer. */
  #isWanted({ record, envelope, poison }: Decoded): boolean {
    const { key, types, reprocess } = this.request;
    if (key !== undefined && record.key !== key) return false;
    if (types !== undefined && (envelope === undefined || !types.includes(envelope.type))) return false;
    return !(poison && reprocess);
  }

  async #known(wanted: readonly Decoded[], replay: ReplayRecord | undefined): Promise<ReadonlySet<string>> {
    if (this.request.reprocess && this.options.dryRun) return new Set();
    return wanted.length === 0
      ? new Set()
      : this.ports.replays.known(
          this.#inboxOf(replay),
          wanted.map(({ id }) => id),
        );
  }

  #inboxOf(replay: ReplayRecord | undefined): string {
    return replay && replay.generation !== null
      ? `${this.request.consumer}#${replay.generation}`
      : this.request.consumer;
  }

  #workOf(decoded: Decoded, read: Extent['read'], replay: ReplayRecord | undefined): Work | undefined {
    const { reprocess } = this.request;
    if (decoded.poison) return poisonedWork(this.request.consumer, decoded);
    if (!reprocess) return this.#handlers.workOf(decoded);
    const { record, envelope } = decoded;
    // What the group has not read yet it will decide itself, in its order.
    const unread = record.offset >= (read.get(placeOf(record)) ?? 0n);
    if (unread && this.#handlers.kindOf(envelope!.type) === 'policy') return undefined;
    return this.#handlers.workAgain(decoded, {
      inbox: this.#inboxOf(replay),
      policies: new Set(reprocess.policies),
      effects: new Set(reprocess.effects),
    });
  }

  /** Until each is handled, parked or given up: true. Database and broker are waited for. */
  async #run(works: Map<Work, Decoded>, replay: ReplayRecord | undefined): Promise<boolean> {
    const tries = new Map<Work, number>();
    for (let left = [...works.keys()], round = 0; left.length > 0; round++) {
      if (this.#over.aborted) return false;
      const outcomes = await this.parts.runner.run(left);
      const again: Work[] = [];
      for (const work of left)
        if (!(await this.#settled(works.get(work)!, outcomes.get(work)!, (tries.get(work) ?? 0) + 1, replay)))
          again.push(work);
      for (const work of again) if (outcomes.get(work)!.kind === 'failed') tries.set(work, (tries.get(work) ?? 0) + 1);
      left = again;
      if (left.length > 0) await this.ports.world.timers.wait(backOff(this.ports.world, round, 50, 2_000), this.#over);
    }
    return true;
  }

  async #settled(
    decoded: Decoded,
    outcome: Outcome,
    tries: number,
    replay: ReplayRecord | undefined,
  ): Promise<boolean> {
    switch (outcome.kind) {
      case 'done':
        this.#tally.count(`handled ${decoded.envelope!.type}`);
        return true;
      case 'seen':
        this.#tally.count('known');
        return true;
      case 'waiting':
        await this.#parker.parkBehind(decoded);
        this.#tally.count('parked');
        return true;
      case 'failed':
        return this.#failed(decoded, outcome.error, tries, replay);
      case 'behind':
        if (!this.#closed.has(decoded.lane)) return false;
        this.#tally.count('behind a failed one');
        return true;
      default:
        return false;
    }
  }

  /** As the living consumer does it; in a generation of its own nothing is parked, but told. */
  async #failed(decoded: Decoded, error: unknown, tries: number, replay: ReplayRecord | undefined): Promise<boolean> {
    if (error instanceof Transient || (decoded.poison === undefined && tries < triesBeforeGivingUp)) return false;
    this.#closed.add(decoded.lane);
    if (replay?.generation === null) {
      await this.#parker.park(decoded, error, tries);
      this.#closed.delete(decoded.lane);
      this.#tally.count('parked');
    } else
      this.#tally.fail({ id: decoded.id, type: decoded.envelope!.type, key: decoded.record.key, why: textOf(error) });
    return true;
  }

  async #tell(replay: ReplayRecord | undefined): Promise<void> {
    if (!this.#tally.isTime(this.ports.world.clock.now().getTime())) return;
    this.options.onProgress?.(this.#tally.progress(this.ports.world.clock.now().getTime()));
    await this.#keep(replay, 'running');
  }

  async #keep(replay: ReplayRecord | undefined, state: ReplayState): Promise<void> {
    if (replay)
      await this.ports.replays.keep(replay.id, {
        positions: [...this.#positions.values()],
        counts: this.#tally.counts,
        state,
      });
  }

  async #ended(replay: ReplayRecord | undefined, state: ReplayState): Promise<ReplayReport> {
    await this.#keep(replay, state);
    return this.#tally.report(this.ports.world.clock.now().getTime(), {
      id: replay?.id,
      generation: replay?.generation ?? undefined,
      state,
    });
  }
}

function handlersOf(
  { transport }: Pick<MessagingParts, 'transport'>,
  { consumer, types, reprocess }: ReplayRequest,
): Handlers {
  const handlers = transport.handlersOf(consumer);
  if (!handlers)
    throw new ReplayRefused(`there is no consumer "${consumer}"; there are ${transport.groupNames.join(', ')}`);
  for (const type of [...(types ?? []), ...(reprocess?.policies ?? [])]) {
    if (handlers.kindOf(type) === undefined)
      throw new ReplayRefused(`${consumer} does not handle ${type}; it handles ${handlers.types.join(', ')}`);
  }
  for (const type of reprocess?.policies ?? [])
    if (handlers.kindOf(type) !== 'policy')
      throw new ReplayRefused(`${type} is handled by a projection: it is applied again anyway`);
  return handlers;
}
