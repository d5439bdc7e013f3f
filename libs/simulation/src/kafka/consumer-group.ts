import type { CommittedOffset, TopicPartition } from '@tradewind/messaging/internals';
import type { SimulationEngine } from '../engine/simulation-engine.js';
import { BrokerError } from './broker-error.js';

/** Microseconds without a heartbeat until a member is removed. */
const sessionTimeout = 10_000_000;
/** Microseconds between two heartbeats of a member. */
const heartbeatInterval = 2_000_000;
/** Microseconds that a rebalance waits for members to join again. */
const rebalanceTimeout = 15_000_000;

export interface Assignment {
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

/** A member as its coordinator knows it. */
export interface Member {
  readonly topics: readonly string[];
  /** The generation that the member knows. */
  readonly generation: () => number;
  /** Whether the member sends heartbeats: its process runs. */
  readonly sendsHeartbeats: () => boolean;
  /** Tells the member, in a heartbeat response, to join again. */
  readonly rejoin: () => void;
}

/** The broker of a group. */
export interface GroupBroker {
  readonly engine: SimulationEngine;
  readonly name: string;
  readonly up: boolean;
  partitions(topic: string): readonly TopicPartition[];
}

interface PendingJoin {
  readonly resolve: (assignment: Assignment) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The coordinator of a group. Every join and leave starts a rebalance: partitions are assigned again when all members have joined,
 * or when the missing ones have timed out. Members of the current generation may commit any partition, as on Kafka.
 */
export class ConsumerGroup {
  readonly committed = new Map<string, CommittedOffset>();
  readonly #members = new Set<Member>();
  readonly #joining = new Map<Member, PendingJoin>();
  #generation = 0;
  /** Cancels the timeout of the rebalance that is running. */
  #cancelRebalance: (() => void) | undefined;

  constructor(
    private readonly broker: GroupBroker,
    readonly name: string,
  ) {}

  get hasMembers(): boolean {
    return this.#members.size > 0;
  }

  reads(topic: string): boolean {
    return [...this.#members].some(({ topics }) => topics.includes(topic));
  }

  /** Resolves with the member's assignment once the rebalance is complete. */
  join(member: Member): Promise<Assignment> {
    this.#joining.get(member)?.reject(new BrokerError('UNKNOWN_MEMBER_ID', 'the member joined a second time'));
    this.#members.add(member);
    return new Promise((resolve, reject) => {
      this.#joining.set(member, { resolve, reject });
      this.rebalance();
      this.#assignWhenComplete();
    });
  }

  leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    this.#joining.get(member)?.reject(new BrokerError('UNKNOWN_MEMBER_ID', 'the member has left the group'));
    this.#joining.delete(member);
    if (this.#members.size > 0) this.rebalance();
    this.#assignWhenComplete();
  }

  /** Heartbeats of the member have stopped: it is removed after the session timeout unless they come again. */
  heartbeatsStopped(member: Member): void {
    const rest = sessionTimeout - this.#engine.random.between(0, heartbeatInterval);
    this.#engine.schedule(rest, this.broker.name, 'session timeout', () => {
      if (!this.#members.has(member) || member.sendsHeartbeats()) return;
      if (this.broker.up) this.leave(member);
      else this.heartbeatsStopped(member);
    });
  }

  /** Heartbeats of the member have resumed: a member that was removed must join again. */
  heartbeatsResumed(member: Member): void {
    if (!this.#members.has(member)) this.#requestRejoin(member);
  }

  /** Starts a rebalance unless one is running. */
  rebalance(): void {
    if (this.#cancelRebalance) return;
    for (const member of this.#members) if (!this.#joining.has(member)) this.#requestRejoin(member);
    this.#cancelRebalance = this.#engine.schedule(
      rebalanceTimeout,
      this.broker.name,
      `rebalance timeout of ${this.name}`,
      () => {
        for (const member of [...this.#members]) if (!this.#joining.has(member)) this.#members.delete(member);
        this.#assignWhenComplete();
      },
    );
  }

  commit(member: Member, generation: number, offsets: readonly CommittedOffset[]): boolean {
    if (!this.#members.has(member) || generation !== this.#generation) return false;
    for (const each of offsets) this.committed.set(`${each.topic}:${each.partition}`, { ...each });
    return true;
  }

  get #engine(): SimulationEngine {
    return this.broker.engine;
  }

  #requestRejoin(member: Member): void {
    this.#engine.schedule(
      this.#engine.random.between(0, heartbeatInterval),
      this.broker.name,
      'heartbeat',
      () => member.rejoin(),
      this.name,
    );
  }

  #assignWhenComplete(): void {
    if (!this.#cancelRebalance || [...this.#members].some((member) => !this.#joining.has(member))) return;
    this.#cancelRebalance();
    this.#cancelRebalance = undefined;
    this.#generation++;
    const assignments = this.#assign();
    for (const [member, { resolve }] of this.#joining) {
      const partitions = assignments.get(member)!;
      this.#engine.note(
        `${this.name} ${this.#generation}: ${partitions.map((each) => `${each.topic}:${each.partition}`).join(' ')}`,
      );
      resolve({ generation: this.#generation, partitions });
      this.#verifyLater(member, this.#generation);
    }
    this.#joining.clear();
  }

  /** A member whose assignment was lost in transit is told at its next heartbeat to join again. */
  #verifyLater(member: Member, generation: number): void {
    const verify = (): void => {
      if (generation === this.#generation && this.#members.has(member) && member.generation() !== generation)
        this.#requestRejoin(member);
    };
    this.#engine.schedule(heartbeatInterval, this.broker.name, 'heartbeat', verify, this.name);
  }

  /** Round robin over the members, in an order that the seed decides. */
  #assign(): Map<Member, TopicPartition[]> {
    const members = this.#engine.random.shuffled([...this.#members]);
    const assignments = new Map<Member, TopicPartition[]>(members.map((member) => [member, []]));
    let turn = 0;
    for (const topic of new Set(members.flatMap(({ topics }) => topics))) {
      const readers = members.filter(({ topics }) => topics.includes(topic));
      for (const { partition } of this.broker.partitions(topic))
        assignments.get(readers[turn++ % readers.length]!)!.push({ topic, partition });
    }
    return assignments;
  }
}
