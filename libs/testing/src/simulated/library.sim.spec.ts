import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  answer,
  Catalogue,
  command,
  Handles,
  insert,
  keys,
  Message,
  MessagingParts,
  nothing,
  perform,
  readEnvelope,
  save,
  say,
  table,
  topic,
  type Decision,
  type Given,
} from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import {
  Simulation,
  type Call,
  type Fate,
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
interface Asked {
  readonly askedId: string;
  readonly counterId: string;
  readonly amount: number;
}
const Asks = table<Asked>('asks', 'askedId', { askedId: 'text', counterId: 'text', amount: 'int4' });
interface Bell {
  readonly bellId: string;
  readonly cause: string;
}
const Bells = table<Bell>('bells', 'bellId', { bellId: 'uuid', cause: 'uuid' });

const load = { counters: keys(Counters, (add: Add) => [add.counterId]) };

class AddHandler {
  @Handles(Add, { load })
  add(add: Add, { counters, cause }: Given<typeof load>): Decision {
    const total = (counters.get(add.counterId)?.total ?? 0) + add.amount;
    return save(Counters, { counterId: add.counterId, total })
      .and(say(Added, { counterId: add.counterId, total }))
      .and(add.amount % 3 === 0 ? perform('ring', add.counterId, { cause }) : nothing());
  }
}

const ask = command('ask', {}, (asked: Asked) =>
  insert(Asks, asked)
    .and(say(Add, { counterId: asked.counterId, amount: asked.amount }))
    .and(answer('asked')),
);

/** A service of the library, alive in a simulated process: every life of it runs the same code on its own ports. */
function aCounter(life: SimulatedProcess, database: SimulatedDatabase, kafka: SimulatedKafka): MessagingParts {
  const ring = {
    name: 'ring',
    run: ({ cause }: { cause: string }) =>
      life.call({
        peer: 'tower',
        operation: 'ring',
        effect: () => cause,
        failure: () => new Error('the tower is silent'),
      }),
    settle: (_payload: object, cause: string, { id }: Given<Record<never, never>>) =>
      insert(Bells, { bellId: id(), cause }),
  };
  const parts = new MessagingParts(
    { service: 'counter', contracts: new Catalogue([Add, Added]), lockOrder: [Asks, Counters, Bells] },
    {
      store: life.store(database),
      kafka: life.kafka(kafka),
      world: life.world,
      log: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    },
    () => [ring],
  );
  parts.hear(new AddHandler());
  parts.start();
  parts.transport.listen((error) => {
    if (error !== undefined) throw error;
  });
  return parts;
}

const fates: readonly Fate[] = [
  'fail-before',
  'fail-after',
  'fail-partly',
  'fail-meanwhile',
  'crash-before',
  'crash-after',
  { delay: 3_000 },
];

/** Two instances, whose calls fail and who die, for twenty seconds; then all is quiet. */
async function underFire(
  seed: number,
): Promise<{
  simulation: Simulation;
  database: SimulatedDatabase;
  kafka: SimulatedKafka;
  hits: ReadonlySet<Fate>;
  asked: number;
}> {
  let quiet = false;
  const hits = new Set<Fate>();
  const fateOf = ({ operation }: Call): Fate => {
    if (quiet || operation === 'fetch' || !simulation.chance.happens(0.02)) return 'proceed';
    const fate = simulation.chance.one(fates);
    hits.add(fate);
    return fate;
  };
  const simulation = new Simulation(seed, { fateOf });
  const [database, kafka] = [simulation.database('counter'), simulation.kafka()];
  for (const each of [commands, events]) kafka.create(each);
  let asked = 0;
  const keepAlive = (name: string): void => {
    const life = simulation.process(name);
    life.onEnd(() => simulation.after(500, `restart ${name}`, () => keepAlive(name)));
    const { gate } = aCounter(life, database, kafka);
    const visit = (): void => {
      if (quiet || !life.alive) return;
      const input = { askedId: `${asked}`, counterId: `c${asked % 4}`, amount: 1 + (asked % 5) };
      asked++;
      void gate
        .once(ask, input, { scope: 'me', route: 'ask', key: input.askedId, bodyHash: '' })
        .catch(() => undefined); // what became of it, the database tells
      simulation.after(simulation.chance.between(50, 500), 'visit', visit);
    };
    visit();
  };
  for (const name of ['one', 'two']) keepAlive(name);
  simulation.after(20_000, 'quiet', () => void (quiet = true));
  await simulation.run(90_000);
  return { simulation, database, kafka, hits, asked };
}

describe.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'the library on simulated parts, under fire, seed %i',
  (seed) => {
    it('keeps every effect once, whatever fails', async () => {
      const { database, kafka, hits, asked } = await underFire(seed);
      expect(hits.size).toBeGreaterThan(2);
      const asks = database.rows<Asked>(Asks);
      expect(asks.length).toBeGreaterThan(asked / 2);
      const sums = new Map<string, number>();
      for (const { counterId, amount } of asks) sums.set(counterId, (sums.get(counterId) ?? 0) + amount);
      expect(new Map(database.rows<Counter>(Counters).map(({ counterId, total }) => [counterId, total]))).toEqual(sums);
      expect(database.outbox.waiting()).toEqual([]);
      expect(database.rows(Bells)).toHaveLength(asks.filter(({ amount }) => amount % 3 === 0).length);
      for (const { name } of [commands, events]) {
        const seen = new Map<string, Set<bigint>>();
        for (const record of kafka.records(name)) {
          const sequences = seen.get(record.key!) ?? new Set();
          const { sequence } = readEnvelope(record.headers);
          if (!sequences.has(sequence)) expect(sequence).toBe(BigInt(sequences.size + 1));
          seen.set(record.key!, sequences.add(sequence));
        }
        expect([...seen.values()].reduce((sum, sequences) => sum + sequences.size, 0)).toBe(asks.length);
      }
    });
  },
);

describe('the library on simulated parts', () => {
  it('replays a seed bit for bit', async () => {
    const [first, again] = [await underFire(77), await underFire(77)];
    expect(again.simulation.traceHash).toBe(first.simulation.traceHash);
    expect(again.database.rows(Bells)).toEqual(first.database.rows(Bells));
  });
});
