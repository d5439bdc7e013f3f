import type { TopicPartition } from '@tradewind/messaging';
import type { Simulation } from '../simulation.js';
import { BrokerError } from './broker-error.js';
import type { SimulatedKafka } from './simulated-kafka.js';

/** Microseconds: how long a member may be silent, how often it is heard, and how long a rebalance waits for it. */
const sessionTimeout = 10_000_000;
const heartbeat = 2_000_000;
const rebalanceTimeout = 15_000_000;

export type Position = TopicPartition & { readonly next: bigint };

export interface Assignment {
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

/** A member as its coordinator knows it. */
export interface Member {
  readonly topics: readonly string[];
  /** The generation that it believes to be of. */
  readonly generation: () => number;
  /** The process behind it is there and runs: its heartbeats come. */
  readonly beats: () => boolean;
  /** Tells it, in answer to a heartbeat, that it has to join again. */
  readonly joinAgain: () => void;
}

interface Joining {
  readonly resolve: (assignment: Assignment) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The coordinator of a group. Every join and leave calls all members together; the partitions are dealt anew when all have come,
 * or when those that did not are given up. Commits are taken from members of the generation, whatever they own.
 */
export class ConsumerGroup {
  readonly committed = new Map<string, Position>();
  readonly #members = new Set<Member>();
  readonly #joining = new Map<Member, Joining>();
  #generation = 0;
  #gathering: (() => void) | undefined;

  constructor(
    private readonly kafka: SimulatedKafka,
    readonly name: string,
  ) {}

  get hasMembers(): boolean {
    return this.#members.size > 0;
  }

  reads(topic: string): boolean {
    return [...this.#members].some(({ topics }) => topics.includes(topic));
  }

  get #simulation(): Simulation {
    return this.kafka.simulation;
  }

  /** Resolves with the member's share once everybody is there. */
  join(member: Member): Promise<Assignment> {
    this.#joining.get(member)?.reject(new BrokerError('UNKNOWN_MEMBER_ID', 'it has joined a second time'));
    this.#members.add(member);
    return new Promise((resolve, reject) => {
      this.#joining.set(member, { resolve, reject });
      this.gather();
      this.#dealWhenAllAreThere();
    });
  }

  leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    this.#joining.get(member)?.reject(new BrokerError('UNKNOWN_MEMBER_ID', 'it is no member any longer'));
    this.#joining.delete(member);
    if (this.#members.size > 0) this.gather();
    this.#dealWhenAllAreThere();
  }

  /** Called when nothing more will be heard of a member, or not for now: it is given up when its session runs out. */
  missed(member: Member): void {
    const rest = sessionTimeout - this.#simulation.chance.between(0, heartbeat);
    this.#simulation.later(rest, this.kafka.name, 'session', () => {
      if (!this.#members.has(member) || member.beats()) return;
      if (this.kafka.up) this.leave(member);
      else this.missed(member);
    });
  }

  /** Calls everybody together, unless that is under way. */
  gather(): void {
    if (this.#gathering) return;
    for (const member of this.#members) if (!this.#joining.has(member)) this.#call(member);
    this.#gathering = this.#simulation.later(rebalanceTimeout, this.kafka.name, `rebalance of ${this.name}`, () => {
      for (const member of [...this.#members]) if (!this.#joining.has(member)) this.#members.delete(member);
      this.#dealWhenAllAreThere();
    });
  }

  /** A member that the coordinator has given up is told so as soon as it is heard again. */
  heard(member: Member): void {
    if (!this.#members.has(member)) this.#call(member);
  }

  commit(member: Member, generation: number, positions: readonly Position[]): boolean {
    if (!this.#members.has(member) || generation !== this.#generation) return false;
    for (const position of positions) this.committed.set(`${position.topic}:${position.partition}`, { ...position });
    return true;
  }

  #call(member: Member): void {
    this.#simulation.later(
      this.#simulation.chance.between(0, heartbeat),
      this.kafka.name,
      'heartbeat',
      () => member.joinAgain(),
      this.name,
    );
  }

  #dealWhenAllAreThere(): void {
    if (!this.#gathering || [...this.#members].some((member) => !this.#joining.has(member))) return;
    this.#gathering();
    this.#gathering = undefined;
    this.#generation++;
    const shares = this.#deal();
    for (const [member, { resolve }] of this.#joining) {
      const partitions = shares.get(member)!;
      this.#simulation.note(
        `${this.name} ${this.#generation}: ${partitions.map((each) => `${each.topic}:${each.partition}`).join(' ')}`,
      );
      resolve({ generation: this.#generation, partitions });
      this.#checkLater(member, this.#generation);
    }
    this.#joining.clear();
  }

  /** A member that has not got its share, because the answer was lost, is called again when it is next heard. */
  #checkLater(member: Member, generation: number): void {
    const check = (): void => {
      if (generation === this.#generation && this.#members.has(member) && member.generation() !== generation)
        this.#call(member);
    };
    this.#simulation.later(heartbeat, this.kafka.name, 'heartbeat', check, this.name);
  }

  /** One after another round the table, whose order the seed decides. */
  #deal(): Map<Member, TopicPartition[]> {
    const members = this.#simulation.chance.shuffled([...this.#members]);
    const shares = new Map<Member, TopicPartition[]>(members.map((member) => [member, []]));
    let turn = 0;
    for (const topic of new Set(members.flatMap(({ topics }) => topics))) {
      const takers = members.filter(({ topics }) => topics.includes(topic));
      for (const { partition } of this.kafka.partitions(topic))
        shares.get(takers[turn++ % takers.length]!)!.push({ topic, partition });
    }
    return shares;
  }
}
