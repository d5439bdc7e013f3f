import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import { Simulation } from '@tradewind/simulation';
import { Handles, insert, table, type Decision, type HandlerContext } from '../index.js';
import { MessagingRuntime, type OutgoingRecord } from '../internals.js';
import { idAt, notes, NoteWritten, registry } from './notes.fixture.spec.js';

interface SavedNote {
  readonly savedId: string;
  readonly text: string;
}
const SavedNotes = table<SavedNote>('saved_notes', 'savedId', { savedId: 'uuid', text: 'text' });

/** Fails three times with the first message of the key `a`. */
class NoteHandler {
  readonly decided: string[] = [];

  @Handles(NoteWritten, { load: {} })
  save({ text }: NoteWritten, { cause }: HandlerContext<Record<never, never>>): Decision {
    this.decided.push(text);
    if (text === 'a 1' && this.decided.filter((each) => each === text).length <= 3) throw new Transient('not now');
    return insert(SavedNotes, { savedId: cause, text });
  }
}

const onFatal = (error: Error): never => {
  throw error;
};

const records: readonly OutgoingRecord[] = ['a 1', 'b 1', 'a 2', 'b 2', 'a 3', 'b 3'].map((text, index) => {
  const [noteId = ''] = text.split(' ');
  return {
    topic: notes.name,
    partition: 0,
    key: noteId,
    value: JSON.stringify({ noteId, text }),
    headers: {
      ce_id: idAt(index),
      ce_type: 'note.written',
      ce_schemaversion: '1',
      ce_source: '/elsewhere',
      ce_sequence: text.slice(2),
    },
  };
});

/** Handles three messages of each of two keys, in a consumer that has started at this offset so often before. */
async function handle(starts: number): Promise<{ decided: readonly string[]; saved: readonly string[] }> {
  const simulation = new Simulation(`key order after ${starts} starts`);
  const [database, kafka] = [simulation.database('notes'), simulation.kafka()];
  kafka.createTopic(notes);
  const process = simulation.process('notes');
  const store = process.store(database);
  const handler = new NoteHandler();
  const runtime = new MessagingRuntime(
    { service: 'reader', contracts: registry, lockOrder: [SavedNotes] },
    { store, kafka: process.kafka(kafka), ports: process.runtimePorts, log: () => undefined, onFatal },
    () => [],
  );
  runtime.addController(handler);
  const start = async (): Promise<void> => {
    for (let times = 0; times < starts; times++) await store.countStart('reader', notes.name, 0, 0n, 500);
    const publisher = await process.kafka(kafka).publisher();
    await publisher.publish(records);
    runtime.transport.listen((error) => {
      if (error !== undefined) onFatal(error);
    });
  };
  const started = start();
  await simulation.run(60_000);
  await started;
  return { decided: handler.decided, saved: database.rows<SavedNote>(SavedNotes).map(({ text }) => text) };
}

describe.each([
  ['together', 0],
  ['in guarded parts, because processes crashed at this offset', 5],
])('a message that is retried, among messages that are handled %s', (_, starts) => {
  it('is not overtaken by a later one of its key, and delays no other key', async () => {
    const { decided, saved } = await handle(starts);
    expect(decided.filter((text) => text === 'a 1')).toHaveLength(4);
    expect(decided.indexOf('a 2')).toBeGreaterThan(decided.lastIndexOf('a 1'));
    expect(decided.filter((text) => text.startsWith('a') && text !== 'a 1')).toEqual(['a 2', 'a 3']);
    expect(decided.indexOf('b 3')).toBeLessThan(decided.lastIndexOf('a 1'));
    expect(saved.toSorted()).toEqual(['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3']);
  });
});
