import { describe, expect, it } from '@jest/globals';
import { Poison, Transient } from '@tradewind/kernel';
import { Simulation } from '@tradewind/simulation';
import { DeadLetterWriter } from './dead-letter-writer.js';
import { decoded, idAt } from './notes.fixture.spec.js';

function aWriter(deadLetters?: string) {
  const simulation = new Simulation('dead letter writer');
  const database = simulation.database('notes');
  const process = simulation.process('notes');
  const store = process.store(database);
  const errors: string[] = [];
  const details: object[] = [];
  const log = (_: string, message: string, detail?: object): void => {
    errors.push(message);
    details.push(detail ?? {});
  };
  const writer = new DeadLetterWriter(store, process.runtimePorts, { group: 'notes', deadLetters, log });
  return { simulation, database, store, writer, errors, details };
}

describe('a message that cannot be handled', () => {
  it('becomes a dead letter, blocks its key and is logged', async () => {
    const { simulation, database, writer, errors, details } = aWriter();
    await simulation.settled(writer.write(decoded('a', 7), new Poison('no such note'), 3));
    expect(database.inbox.deadLetters().map(({ messageId }) => messageId)).toEqual([idAt(7)]);
    expect(database.inbox.blockedKeys()).toMatchObject([
      { consumer: 'notes', key: 'a', state: 'blocked', cause: 'Poison', detail: 'no such note', attempts: 3 },
    ]);
    expect(database.inbox.committed()).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(details).toEqual([expect.objectContaining({ id: idAt(7), correlation_id: 'a' })]);
  });

  it('is written once, although it arrives again', async () => {
    const { simulation, database, writer } = aWriter();
    for (let times = 0; times < 2; times++)
      await simulation.settled(writer.write(decoded('a', 7), new Poison('no such note'), 1));
    expect(database.inbox.deadLetterCount()).toBe(1);
  });

  it('is not written when it was handled meanwhile', async () => {
    const { simulation, database, store, writer, errors } = aWriter();
    const message = decoded('a', 7);
    await simulation.settled(
      store.transaction((transaction) =>
        transaction.mark('notes', [{ id: message.id, orderingKey: message.orderingKey }]),
      ),
    );
    await simulation.settled(writer.write(message, new Poison('no such note'), 1));
    expect(database.inbox.deadLetterCount()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('is published on the dead letter topic, with its origin and the reason', async () => {
    const { simulation, database, writer } = aWriter('notes.dlq');
    await simulation.settled(writer.write(decoded('a', 7), new Poison('no such note'), 3));
    expect(database.outbox.unpublished()).toMatchObject([
      {
        topic: 'notes.dlq',
        key: 'a',
        causation: idAt(7),
        headers: {
          'origin-topic': 'notes.events',
          'origin-partition': '0',
          'origin-offset': '7',
          'origin-consumer': 'notes',
          'origin-message-id': idAt(7),
          reason: 'Poison: no such note',
          attempts: '3',
        },
      },
    ]);
  });
});

describe('a message behind a dead letter of its key', () => {
  it('is stored behind it, and keeps the reason of the first', async () => {
    const { simulation, database, writer } = aWriter();
    await simulation.settled(writer.write(decoded('a', 7), new Poison('no such note'), 1));
    await simulation.settled(writer.writeBehind(decoded('a', 8)));
    expect(database.inbox.deadLetters().map(({ offset }) => offset)).toEqual([7n, 8n]);
    expect(database.inbox.blockedKeys()).toMatchObject([{ detail: 'no such note' }]);
  });

  it('is handled again when the key is not blocked any more', async () => {
    const { simulation, database, writer } = aWriter();
    await expect(simulation.settled(writer.writeBehind(decoded('a', 8)))).rejects.toBeInstanceOf(Transient);
    expect(database.inbox.committed()).toEqual([]);
  });
});
