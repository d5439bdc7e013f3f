import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import { Simulation } from '@tradewind/simulation';
import { IsString } from 'class-validator';
import {
  MessageRegistry,
  Handles,
  insert,
  Message,
  MessagingRuntime,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '../index.js';

const words = topic('word.events', { owner: 'elsewhere', partitions: 1 });

@Message({ type: 'word.heard', topic: words, key: 'speaker' })
class WordHeard {
  @IsString() readonly speaker!: string;
  @IsString() readonly word!: string;
}

interface Note {
  readonly noteId: string;
  readonly word: string;
}
const Notes = table<Note>('notes', 'noteId', { noteId: 'uuid', word: 'text' });

/** Fails a few times with the first word that it hears of a speaker called so. */
class Listener {
  readonly decided: string[] = [];

  @Handles(WordHeard)
  hear({ word }: WordHeard, { cause }: HandlerContext<Record<never, never>>): Decision {
    this.decided.push(word);
    if (word === 'ada 1' && this.decided.filter((each) => each === word).length <= 3) throw new Transient('not now');
    return insert(Notes, { noteId: cause, word });
  }
}

const onFatal = (error: Error): never => {
  throw error;
};

/** Six words of two speakers on one partition, heard by a consumer that has begun there so often before. */
async function heard(starts: number): Promise<{ decided: readonly string[]; noted: readonly string[] }> {
  const simulation = new Simulation(`lanes after ${starts} starts`);
  const [database, kafka] = [simulation.database('listener'), simulation.kafka()];
  kafka.createTopic(words);
  const process = simulation.process('listener');
  const listener = new Listener();
  const parts = new MessagingRuntime(
    { service: 'listener', contracts: new MessageRegistry([WordHeard]), lockOrder: [Notes] },
    {
      store: process.store(database),
      kafka: process.kafka(kafka),
      ports: process.runtimePorts,
      log: () => undefined,
      onFatal,
    },
    () => [],
  );
  parts.addController(listener);
  const store = process.store(database);
  const begin = async (): Promise<void> => {
    for (let start = 0; start < starts; start++) await store.countStart('listener', words.name, 0, 0n, 500);
    const publisher = await process.kafka(kafka).publisher();
    await publisher.publish(
      ['ada 1', 'bob 1', 'ada 2', 'bob 2', 'ada 3', 'bob 3'].map((word, index) => {
        const [speaker] = word.split(' ') as [string];
        const id = `00000000-0000-7000-8000-00000000000${index}`;
        return {
          topic: words.name,
          partition: 0,
          key: speaker,
          value: JSON.stringify({ speaker, word }),
          headers: {
            ce_id: id,
            ce_type: 'word.heard',
            ce_schemaversion: '1',
            ce_source: '/elsewhere',
            ce_sequence: word.slice(4),
          },
        };
      }),
    );
    parts.transport.listen((error) => {
      if (error !== undefined) onFatal(error);
    });
  };
  const begun = begin();
  await simulation.run(60_000);
  await begun;
  return { decided: listener.decided, noted: database.rows<Note>(Notes).map(({ word }) => word) };
}

describe.each([
  ['together', 0],
  ['one by one, because processes have died here', 5],
])('a message that has to wait, among others that are handled %s', (_, starts) => {
  it('is not overtaken by a later one of its key, and holds up no other', async () => {
    const { decided, noted } = await heard(starts);
    const ofAda = decided.filter((word) => word.startsWith('ada') && word !== 'ada 1');
    expect(decided.filter((word) => word === 'ada 1')).toHaveLength(4);
    expect(decided.indexOf('ada 2')).toBeGreaterThan(decided.lastIndexOf('ada 1'));
    expect(ofAda).toEqual(['ada 2', 'ada 3']);
    expect(decided.indexOf('bob 3')).toBeLessThan(decided.lastIndexOf('ada 1'));
    expect(noted.toSorted()).toEqual(['ada 1', 'ada 2', 'ada 3', 'bob 1', 'bob 2', 'bob 3']);
  });
});
