import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  answer,
  command,
  Handles,
  insert,
  rows,
  Message,
  nothing,
  schedule,
  save,
  publish,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { MessagingRuntime, readEnvelope } from '@tradewind/messaging/internals';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';
import {
  Simulation,
  type Call,
  type CallOutcome,
  type SimulatedDatabase,
  type SimulatedKafka,
  type SimulatedProcess,
} from './index.js';

const commands = topic('counting.commands', { owner: 'counter', partitions: 3 });
const events = topic('counting.events', { owner: 'counter', partitions: 3 });

@Message({ type: 'counting.add', topic: commands, key: 'counterId' })
class Add {
  @IsString() readonly counterId!: string;
  @IsInt() readonly amount!: number;
}

@Message({ type: 'counting.added', topic: events, key: 'counterId' })
class Added {
  @IsString() readonly counterId!: string;
  @IsInt() readonly total!: number;
}

interface Counter {
  readonly counterId: string;
  readonly total: number;
}
const Counters = table<Counter>('counters', 'counterId', { counterId: 'text', total: 'int4' });
interface AddRequest {
  readonly requestId: string;
  readonly counterId: string;
  readonly amount: number;
}
const AddRequests = table<AddRequest>('add_requests', 'requestId', {
  requestId: 'text',
  counterId: 'text',
  amount: 'int4',
});
interface Notification {
  readonly notificationId: string;
  readonly cause: string;
}
const Notifications = table<Notification>('notifications', 'notificationId', { notificationId: 'uuid', cause: 'uuid' });

const load = { counters: rows(Counters, (add: Add) => [add.counterId]) };

class AddHandler {
  @Handles(Add, { load })
  add(add: Add, { counters, cause }: HandlerContext<typeof load>): Decision {
    const total = (counters.get(add.counterId)?.total ?? 0) + add.amount;
    return save(Counters, { counterId: add.counterId, total })
      .and(publish(Added, { counterId: add.counterId, total }))
      .and(add.amount % 3 === 0 ? schedule('notify', add.counterId, { cause }) : nothing());
  }
}

const requestAdd = command('request-add', {}, (request: AddRequest) =>
  insert(AddRequests, request)
    .and(publish(Add, { counterId: request.counterId, amount: request.amount }))
    .and(answer('accepted')),
);

/** Starts a service in a simulated process. */
function aCounter(process: SimulatedProcess, database: SimulatedDatabase, kafka: SimulatedKafka): MessagingRuntime {
  const notify = {
    name: 'notify',
    run: ({ cause }: { cause: string }) =>
      process.call({
        peer: 'notifier',
        operation: 'notify',
        apply: () => cause,
        connectionError: () => new Error('the notifier is unavailable'),
      }),
    settle: (_payload: object, cause: string, { newId }: HandlerContext<Record<never, never>>) =>
      insert(Notifications, { notificationId: newId(), cause }),
  };
  const runtime = new MessagingRuntime(
    {
      service: 'counter',
      contracts: new MessageRegistry([Add, Added]),
      lockOrder: [AddRequests, Counters, Notifications],
    },
    {
      store: process.store(database),
      kafka: process.kafka(kafka),
      ports: process.runtimePorts,
      log: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    },
    () => [notify],
  );
  runtime.addController(new AddHandler());
  void runtime.start();
  runtime.transport.listen((error) => {
    if (error !== undefined) throw error;
  });
  return runtime;
}

const outcomes: readonly CallOutcome[] = [
  'fail-before',
  'fail-after',
  'fail-partially',
  'fail-then-apply',
  'crash-before',
  'crash-after',
  { delayMs: 3_000 },
];

/** Two instances with failing calls and crashes for twenty seconds, then without faults. */
async function runWithFaults(seed: number): Promise<{
  simulation: Simulation;
  database: SimulatedDatabase;
  kafka: SimulatedKafka;
  injected: ReadonlySet<CallOutcome>;
  sent: number;
}> {
  let faultsEnded = false;
  const injected = new Set<CallOutcome>();
  const outcomeOf = ({ operation }: Call): CallOutcome => {
    if (faultsEnded || operation === 'fetch' || !simulation.random.happens(0.02)) return 'proceed';
    const outcome = simulation.random.pick(outcomes);
    injected.add(outcome);
    return outcome;
  };
  const simulation = new Simulation(seed, { outcomeOf });
  const [database, kafka] = [simulation.database('counter'), simulation.kafka()];
  for (const each of [commands, events]) kafka.createTopic(each);
  let sent = 0;
  const startWithRestarts = (name: string): void => {
    const process = simulation.process(name);
    process.onCrash(() => simulation.after(500, `restart ${name}`, () => startWithRestarts(name)));
    const { commands: gate } = aCounter(process, database, kafka);
    const send = (): void => {
      if (faultsEnded || !process.alive) return;
      const input = { requestId: `${sent}`, counterId: `c${sent % 4}`, amount: 1 + (sent % 5) };
      sent++;
      void gate
        .once(requestAdd, input, { scope: 'me', route: 'request-add', key: input.requestId, bodyHash: '' })
        .catch(() => undefined); // the rows show the outcome
      simulation.after(simulation.random.between(50, 500), 'request', send);
    };
    send();
  };
  for (const name of ['one', 'two']) startWithRestarts(name);
  simulation.after(20_000, 'faults end', () => void (faultsEnded = true));
  await simulation.run(90_000);
  return { simulation, database, kafka, injected, sent };
}

describe.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'the messaging runtime on simulated ports with faults, seed %i',
  (seed) => {
    it('applies every request and effect exactly once', async () => {
      const { database, kafka, injected, sent } = await runWithFaults(seed);
      expect(injected.size).toBeGreaterThan(2);
      const requests = database.rows<AddRequest>(AddRequests);
      expect(requests.length).toBeGreaterThan(sent / 2);
      const sums = new Map<string, number>();
      for (const { counterId, amount } of requests) sums.set(counterId, (sums.get(counterId) ?? 0) + amount);
      expect(new Map(database.rows<Counter>(Counters).map(({ counterId, total }) => [counterId, total]))).toEqual(sums);
      expect(database.outbox.unpublished()).toEqual([]);
      expect(database.rows(Notifications)).toHaveLength(requests.filter(({ amount }) => amount % 3 === 0).length);
      for (const { name } of [commands, events]) {
        const seen = new Map<string, Set<bigint>>();
        for (const record of kafka.records(name)) {
          const sequences = seen.get(record.key!) ?? new Set();
          const { sequence } = readEnvelope(record.headers);
          if (!sequences.has(sequence)) expect(sequence).toBe(BigInt(sequences.size + 1));
          seen.set(record.key!, sequences.add(sequence));
        }
        expect([...seen.values()].reduce((sum, sequences) => sum + sequences.size, 0)).toBe(requests.length);
      }
    });
  },
);

describe('the messaging runtime on simulated ports', () => {
  it('repeats a seed exactly', async () => {
    const [first, second] = [await runWithFaults(77), await runWithFaults(77)];
    expect(second.simulation.traceHash).toBe(first.simulation.traceHash);
    expect(second.database.rows(Notifications)).toEqual(first.database.rows(Notifications));
  });
});
