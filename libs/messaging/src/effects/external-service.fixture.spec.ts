import {
  insert,
  MessagingRuntime,
  PostgresStore,
  systemPorts,
  table,
  type AnyEffect,
  type Decision,
  type HandlerContext,
  type KafkaClient,
  type MessagingOptions,
  type RuntimePorts,
} from '../index.js';
import { MessageRegistry } from '../message/index.js';
import type { DataSource } from 'typeorm';

/** What an effect is asked to do in these tests, for a key, by its number there. */
export interface Errand {
  readonly key: string;
  readonly number: number;
}
interface Settled extends Errand {
  readonly settledId: string;
}
export const SettledErrands = table<Settled>('settled', 'settledId', {
  settledId: 'uuid',
  key: 'text',
  number: 'int4',
});
export const settledErrands = `create table settled (
  settled_id uuid primary key, key text not null, number int not null, place bigint generated always as identity, unique (key, number))`;

interface Call extends Errand {
  readonly answer: (error?: Error) => void;
}

/** The outside world: a call stays under way until it is answered, and all that were made are remembered. */
export class Outside {
  readonly underWay = new Set<Call>();
  readonly made: Errand[] = [];
  /** The most calls that were ever under way at once, of all keys and of any one. */
  most = 0;
  mostOfAKey = 0;
  /** Whether it answers by itself. */
  #answers: (errand: Errand) => boolean;

  constructor(answers: (errand: Errand) => boolean = () => false) {
    this.#answers = answers;
  }

  of(key: string): number {
    return [...this.underWay].filter((call) => call.key === key).length;
  }

  /** From now on everything, and what is under way. */
  answerAll(): void {
    this.#answers = () => true;
    for (const call of [...this.underWay]) call.answer();
  }

  /** An effect that calls here, and settles as it is told to. */
  effect(settle: (errand: Errand, id: () => string) => Decision = settled): AnyEffect {
    return {
      name: 'errand',
      run: (errand: Errand) => this.#call(errand),
      settle: (errand: Errand, _answer: undefined, { newId: id }: HandlerContext<Record<never, never>>) =>
        settle(errand, id),
    };
  }

  async #call({ key, number }: Errand): Promise<void> {
    this.made.push({ key, number });
    if (this.#answers({ key, number })) return;
    let call: Call | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      call = { key, number, answer: (error) => (error ? reject(error) : resolve()) };
      this.underWay.add(call);
      this.most = Math.max(this.most, this.underWay.size);
      this.mostOfAKey = Math.max(this.mostOfAKey, this.of(key));
    });
    await answered.finally(() => this.underWay.delete(call!));
  }
}

export const settled = ({ key, number }: Errand, id: () => string): Decision =>
  insert(SettledErrands, { settledId: id(), key, number });

/** The library in one process, as it is wired in a service, on a database and a Kafka of the test. */
export function aProcess(
  dataSource: DataSource,
  kafka: KafkaClient,
  effect: AnyEffect,
  options: Partial<MessagingOptions> = {},
  world: RuntimePorts = systemPorts,
): MessagingRuntime {
  const onFatal = (error: Error): never => {
    throw error;
  };
  return new MessagingRuntime(
    { service: 'errands', contracts: new MessageRegistry([]), lockOrder: [SettledErrands], ...options },
    { store: new PostgresStore(dataSource), kafka, ports: world, log: () => undefined, onFatal },
    () => [effect],
  );
}
