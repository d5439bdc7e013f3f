import { insert, table, type Decision, type HandlerContext, type KafkaClient } from '../index.js';
import {
  MessagingRuntime,
  PostgresStore,
  systemPorts,
  type AnyEffect,
  type MessagingOptions,
  type RuntimePorts,
} from '../internals.js';
import { MessageRegistry } from '../message/index.js';
import type { DataSource } from 'typeorm';

/** The payload of the effect in these tests: the number of the call among those of its key. */
export interface Payload {
  readonly key: string;
  readonly number: number;
}
interface SettledCall extends Payload {
  readonly callId: string;
}
export const SettledCalls = table<SettledCall>('settled_calls', 'callId', {
  callId: 'uuid',
  key: 'text',
  number: 'int4',
});
export const settledCallsDdl = `create table settled_calls (
  call_id uuid primary key, key text not null, number int not null, position bigint generated always as identity, unique (key, number))`;

interface Call extends Payload {
  readonly answer: (error?: Error) => void;
}

/** An external service. It records all calls; a call runs until it is answered. */
export class ExternalService {
  readonly running = new Set<Call>();
  readonly calls: Payload[] = [];
  /** The most calls that ever ran at once, of all keys and of one key. */
  maxRunning = 0;
  maxRunningOfKey = 0;
  #answersAtOnce: (payload: Payload) => boolean;

  constructor(answersAtOnce: (payload: Payload) => boolean = () => false) {
    this.#answersAtOnce = answersAtOnce;
  }

  runningOf(key: string): number {
    return [...this.running].filter((call) => call.key === key).length;
  }

  /** Answers the running calls, and from now on every call at once. */
  answerAll(): void {
    this.#answersAtOnce = () => true;
    for (const call of [...this.running]) call.answer();
  }

  /** An effect that calls this service. */
  effect(settle: (payload: Payload, newId: () => string) => Decision = saveSettled): AnyEffect {
    return {
      name: 'call',
      run: (payload: Payload) => this.#call(payload),
      settle: (payload: Payload, _answer: undefined, { newId }: HandlerContext<Record<never, never>>) =>
        settle(payload, newId),
    };
  }

  async #call({ key, number }: Payload): Promise<void> {
    this.calls.push({ key, number });
    if (this.#answersAtOnce({ key, number })) return;
    let call: Call | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      call = { key, number, answer: (error) => (error ? reject(error) : resolve()) };
      this.running.add(call);
      this.maxRunning = Math.max(this.maxRunning, this.running.size);
      this.maxRunningOfKey = Math.max(this.maxRunningOfKey, this.runningOf(key));
    });
    await answered.finally(() => this.running.delete(call!));
  }
}

export const saveSettled = ({ key, number }: Payload, newId: () => string): Decision =>
  insert(SettledCalls, { callId: newId(), key, number });

/** The library in one process, as a service wires it, on a database and a Kafka of the test. */
export function aProcess(
  dataSource: DataSource,
  kafka: KafkaClient,
  effect: AnyEffect,
  options: Partial<MessagingOptions> = {},
  ports: RuntimePorts = systemPorts,
): MessagingRuntime {
  const onFatal = (error: Error): never => {
    throw error;
  };
  return new MessagingRuntime(
    { service: 'caller', contracts: new MessageRegistry([]), lockOrder: [SettledCalls], ...options },
    { store: new PostgresStore(dataSource), kafka, ports, log: () => undefined, onFatal },
    () => [effect],
  );
}
