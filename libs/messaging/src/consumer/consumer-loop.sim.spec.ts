import { describe, expect, it } from '@jest/globals';
import { Poison, Transient } from '@tradewind/kernel';
import { Simulation } from '@tradewind/simulation';
import { insert, type Decision } from '../handling/index.js';
import { Runner } from '../handling/runner.js';
import { table } from '../ports/index.js';
import { attemptsBeforeDeadLetter, ConsumerLoop } from './consumer-loop.js';
import { aRecord, idAt, notes, registry, type NoteWritten } from './notes.fixture.spec.js';
import { UnknownMessages } from './unknown-messages.js';

interface SavedNote {
  readonly savedId: string;
  readonly text: string;
}
const SavedNotes = table<SavedNote>('saved_notes', 'savedId', { savedId: 'uuid', text: 'text' });
const group = 'reader';

/** A consumer that saves each note. `check` may throw; it gets the text and the number of the attempt. */
function aConsumer(check: (text: string, attempt: number) => void = () => undefined, isIgnored = false) {
  const simulation = new Simulation('consumer loop');
  const [database, kafka] = [simulation.database(group), simulation.kafka()];
  kafka.createTopic(notes);
  const process = simulation.process(group);
  const store = process.store(database);
  const runner = new Runner(store, [SavedNotes], process.runtimePorts);
  const decided: string[] = [];
  const log: string[] = [];
  const decide = (text: string, savedId: string): Decision => {
    decided.push(text);
    check(text, decided.filter((each) => each === text).length);
    return insert(SavedNotes, { savedId, text });
  };
  const loop = new ConsumerLoop(process.kafka(kafka), store, runner, process.runtimePorts, {
    group,
    topics: [notes.name],
    types: ['note.written'],
    contracts: registry,
    invocationOf: ({ id, orderingKey, message }) =>
      isIgnored
        ? undefined
        : {
            cause: id,
            orderingKey,
            consumer: group,
            load: {},
            input: message,
            decide: () => decide((message as NoteWritten).text, id),
          },
    unknownMessages: new UnknownMessages(store, group),
    deadLetters: undefined,
    log: (_, message) => log.push(message),
    onFatal: (error) => {
      throw error;
    },
  });
  const start = (): Promise<void> => simulation.settled(loop.start());
  const append = (noteId: string, offset: number, text?: string): void => kafka.append(aRecord(noteId, offset, text));
  const committed = (): bigint | undefined => kafka.group(group).committed.get(`${notes.name}:0`)?.offset;
  const saved = (): string[] => database.rows<SavedNote>(SavedNotes).map(({ text }) => text);
  return { simulation, database, kafka, loop, start, append, committed, saved, decided, log };
}

describe('a consumer', () => {
  it('handles the records of its topics and commits their offsets', async () => {
    const { simulation, start, append, committed, saved } = aConsumer();
    append('a', 0, 'one');
    await start();
    append('b', 1, 'two');
    await simulation.until(() => committed() === 2n, 10_000);
    expect(saved()).toEqual(['one', 'two']);
  });

  it('handles a message once, although its record arrives twice', async () => {
    const { simulation, kafka, start, append, committed, decided } = aConsumer();
    append('a', 0, 'one');
    kafka.append(aRecord('a', 0, 'one'));
    await start();
    await simulation.until(() => committed() === 2n, 10_000);
    expect(decided).toEqual(['one']);
  });

  it('commits offsets without records: marks of transactions, and what compaction removed', async () => {
    const { simulation, kafka, start, append, committed, saved } = aConsumer();
    const partition = { topic: notes.name, partition: 0 };
    kafka.markTransaction(partition);
    await start();
    await simulation.until(() => committed() === 1n, 10_000);
    append('a', 1, 'one');
    kafka.markTransaction(partition);
    await simulation.until(() => committed() === 3n, 10_000);
    append('a', 3, 'two');
    append('a', 4, 'three');
    kafka.compact(notes.name);
    await simulation.until(() => committed() === 5n, 10_000);
    expect(saved().at(-1)).toBe('three');
  });

  it('skips messages that its group ignores', async () => {
    const { simulation, start, append, committed, saved } = aConsumer(undefined, true);
    append('a', 0);
    await start();
    await simulation.until(() => committed() === 1n, 10_000);
    expect(saved()).toEqual([]);
  });

  it('waits while the database is unavailable, and continues', async () => {
    const { simulation, database, start, append, committed, saved, log } = aConsumer();
    await start();
    database.stop();
    append('a', 0, 'one');
    await simulation.run(5_000);
    expect([committed(), log]).toEqual([undefined, expect.arrayContaining(['the consumer waits and retries'])]);
    database.start();
    await simulation.until(() => committed() === 1n, 10_000);
    expect(saved()).toEqual(['one']);
  });

  it('commits what it handled when it stops, and handles nothing more', async () => {
    const { simulation, loop, start, append, committed, saved } = aConsumer();
    append('a', 0, 'one');
    await start();
    await simulation.until(() => saved().length === 1, 10_000);
    await simulation.settled(loop.stop());
    append('a', 1, 'two');
    await simulation.run(10_000);
    expect([committed(), saved()]).toEqual([1n, ['one']]);
  });
});

describe('a message whose decision throws', () => {
  it('is retried without limit when the error is transient', async () => {
    const { simulation, database, start, append, saved, decided } = aConsumer((_, attempt) => {
      if (attempt <= 2 * attemptsBeforeDeadLetter) throw new Transient('not now');
    });
    append('a', 0, 'one');
    await start();
    await simulation.until(() => saved().length === 1, 60_000);
    expect([decided.length, database.inbox.deadLetterCount()]).toEqual([2 * attemptsBeforeDeadLetter + 1, 0]);
  });

  it('is dead-lettered after four attempts', async () => {
    const { simulation, database, start, append, committed, decided } = aConsumer(() => {
      throw new Error('a bug');
    });
    append('a', 0, 'one');
    await start();
    await simulation.until(() => committed() === 1n, 60_000);
    expect(decided).toHaveLength(attemptsBeforeDeadLetter);
    expect(database.inbox.blockedKeys()).toMatchObject([{ key: 'a', cause: 'Error', detail: 'a bug', attempts: 4 }]);
  });

  it('is dead-lettered at once when it is poison', async () => {
    const { simulation, database, start, append, committed, decided } = aConsumer(() => {
      throw new Poison('no such note');
    });
    append('a', 0, 'one');
    await start();
    await simulation.until(() => committed() === 1n, 10_000);
    expect(decided).toHaveLength(1);
    expect(database.inbox.deadLetters().map(({ messageId }) => messageId)).toEqual([idAt(0)]);
  });

  it('blocks the later messages of its key, and no other key', async () => {
    const { simulation, database, start, append, committed, saved, decided } = aConsumer((text) => {
      if (text === 'bad') throw new Poison('no such note');
    });
    append('a', 0, 'bad');
    append('b', 1, 'two');
    append('a', 2, 'three');
    await start();
    await simulation.until(() => committed() === 3n, 10_000);
    append('a', 3, 'four');
    await simulation.until(() => committed() === 4n, 10_000);
    expect([saved(), decided]).toEqual([['two'], ['bad', 'two']]);
    expect(database.inbox.deadLetters().map(({ offset }) => offset)).toEqual([0n, 2n, 3n]);
  });
});

describe('a record that cannot be read', () => {
  it('is dead-lettered with the reason, and blocks its key', async () => {
    const { simulation, database, kafka, start, committed } = aConsumer();
    kafka.append({ ...aRecord('a', 0), value: Buffer.from('{') });
    await start();
    await simulation.until(() => committed() === 1n, 10_000);
    expect(database.inbox.blockedKeys()).toMatchObject([
      { key: 'a', cause: 'Poison', detail: expect.stringContaining('not JSON') },
    ]);
  });
});
