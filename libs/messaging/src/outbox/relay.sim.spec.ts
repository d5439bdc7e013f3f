import { describe, expect, it } from '@jest/globals';
import { Simulation, type Call, type CallOutcome, type SimulatedProcess } from '@tradewind/simulation';
import { MessageRegistry, topic } from '../message/index.js';
import type { OutboxRow } from '../ports/index.js';
import { Relay } from './relay.js';

const events = topic('notes.events', { owner: 'notes', partitions: 2 });

let nextId = 0;
const aRow = (key: string, payload = '{}'): OutboxRow => ({
  id: `00000000-0000-7000-8000-${String(++nextId).padStart(12, '0')}`,
  topic: events.name,
  key,
  type: 'note.written',
  version: 1,
  payload,
  causation: '00000000-0000-7000-8000-000000000000',
  correlation: key,
  traceparent: null,
  occurredAt: new Date(0),
  headers: null,
  archived: true,
});

/** A database, a broker and processes that each run a relay. `outcome` is that of the first call of the operation. */
function anOutbox(operation?: string, outcome: CallOutcome = 'proceed') {
  let used = false;
  const outcomeOf = (call: Call): CallOutcome => {
    if (used || call.operation !== operation) return 'proceed';
    used = true;
    return outcome;
  };
  const simulation = new Simulation(`relay ${operation} ${JSON.stringify(outcome)}`, { outcomeOf });
  const [database, kafka] = [simulation.database('notes'), simulation.kafka()];
  kafka.createTopic(events);
  const start = (name: string): { process: SimulatedProcess; relay: Relay } => {
    const process = simulation.process(name);
    const relay = new Relay(process.store(database), process.kafka(kafka), process.runtimePorts, {
      topics: Relay.topicsFrom(new MessageRegistry([]), [events]),
      source: 'notes',
      log: () => undefined,
      checkPublished: () => Promise.resolve(),
      onFatal: (error) => {
        throw error;
      },
    });
    relay.start();
    return { process, relay };
  };
  const writer = simulation.process('writer').store(database);
  const append = (...rows: readonly OutboxRow[]): Promise<void> =>
    simulation.settled(writer.transaction((transaction) => transaction.append(rows)));
  const idsOf = (key: string): (string | undefined)[] =>
    kafka
      .records(events.name)
      .filter((record) => record.key === key)
      .map(({ headers }) => headers['ce_id']);
  return { simulation, database, kafka, start, append, idsOf };
}

describe('a relay', () => {
  it('publishes the rows of a key in order, and archives them', async () => {
    const { simulation, database, start, append, idsOf } = anOutbox();
    const rows = [aRow('a'), aRow('b'), aRow('a')];
    await append(...rows);
    start('one');
    await simulation.until(() => database.outbox.archive().length === 3, 10_000);
    expect(idsOf('a')).toEqual([rows[0]?.id, rows[2]?.id]);
    expect(database.outbox.unpublished()).toEqual([]);
    expect(database.outbox.archive().map(({ sequence }) => sequence)).toEqual([1n, 1n, 2n]);
  });

  it('publishes again after a lost acknowledgement, with the same id, and archives once', async () => {
    const { simulation, database, start, append, idsOf } = anOutbox('publish', 'fail-after');
    const row = aRow('a');
    await append(row);
    start('one');
    await simulation.until(() => database.outbox.archive().length === 1, 10_000);
    expect(idsOf('a')).toEqual([row.id, row.id]);
  });

  it('publishes again when it crashes before it has marked the rows', async () => {
    const { simulation, database, start, append, idsOf } = anOutbox('relay mark', 'crash-before');
    const row = aRow('a');
    await append(row);
    start('one');
    start('two');
    await simulation.until(() => database.outbox.archive().length === 1, 60_000);
    expect(idsOf('a')).toEqual([row.id, row.id]);
  });

  it('publishes a row that commits later than a row with a higher position', async () => {
    const { simulation, database, start, append } = anOutbox();
    const slow = simulation.process('slow');
    const late = aRow('late');
    const commit = slow.store(database).transaction(async (transaction) => {
      await transaction.append([late]);
      await slow.runtimePorts.timers.wait(2_000);
    });
    await simulation.run(100);
    await append(aRow('early'));
    start('one');
    await simulation.settled(commit);
    await simulation.until(() => database.outbox.archive().length === 2, 10_000);
    expect(database.outbox.unpublished()).toEqual([]);
  });

  it('blocks the key of a record that the broker rejects, and publishes the others', async () => {
    const { simulation, database, start, append, idsOf } = anOutbox();
    const tooLarge = aRow('a', JSON.stringify('x'.repeat(2_000_000)));
    const other = aRow('b');
    await append(tooLarge, aRow('a'), other);
    start('one');
    await simulation.run(10_000);
    expect([idsOf('a'), idsOf('b')]).toEqual([[], [other.id]]);
    expect(database.outbox.unpublished().map(({ key }) => key)).toEqual(['a', 'a']);
  });

  it('continues after an outage of the broker', async () => {
    const { simulation, database, kafka, start, append } = anOutbox();
    start('one');
    kafka.stop();
    await append(aRow('a'));
    await simulation.run(5_000);
    expect(database.outbox.unpublished()).toHaveLength(1);
    kafka.start();
    await simulation.until(() => database.outbox.unpublished().length === 0, 10_000);
  });

  it('publishes what is in the outbox when it stops', async () => {
    const { simulation, database, start, append } = anOutbox();
    const { relay } = start('one');
    await simulation.run(1_000);
    await append(aRow('a'));
    await simulation.settled(relay.stop());
    expect(database.outbox.unpublished()).toEqual([]);
    expect(relay.leads).toBe(false);
  });
});

describe('two relays of one database', () => {
  it('publish one at a time; the second leads after a crash, with a higher epoch', async () => {
    const { simulation, start } = anOutbox();
    const first = start('one');
    await simulation.until(() => first.relay.leads, 10_000);
    const second = start('two');
    await simulation.run(5_000);
    expect(second.relay.leads).toBe(false);
    const { epoch = 0n } = first.relay;
    first.process.crash();
    await simulation.until(() => second.relay.leads, 10_000);
    expect(second.relay.epoch).toBeGreaterThan(epoch);
  });
});
