import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  Handles,
  Message,
  publish,
  rows,
  save,
  table,
  topic,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';
import { handleBothWays } from './index.js';

const commands = topic('counting.commands', { owner: 'elsewhere', partitions: 1 });
const events = topic('counting.events', { owner: 'counter', partitions: 1 });

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
const load = { counters: rows(Counters, (add: Add) => [add.counterId]) };

class AddHandler {
  @Handles(Add, { load })
  add({ counterId, amount }: Add, { counters }: HandlerContext<typeof load>): Decision {
    const total = (counters.get(counterId)?.total ?? 0) + amount;
    return save(Counters, { counterId, total }).and(publish(Added, { counterId, total }));
  }
}

class RejectZeroHandler {
  @Handles(Add, { load })
  add(add: Add, context: HandlerContext<typeof load>): Decision {
    if (add.amount === 0) throw new TypeError('nothing to add');
    return new AddHandler().add(add, context);
  }
}

const messaging = { service: 'counter', contracts: new MessageRegistry([Add, Added]), lockOrder: [Counters] };
const messages = ['a', 'b', 'a'].map((counterId, index) => ({
  message: Add,
  fields: { counterId, amount: index + 1 },
  sequence: counterId === 'a' && index > 0 ? 2 : 1,
}));

describe('the same messages one by one and in one batch', () => {
  it('give the same rows and messages', async () => {
    const { oneByOne, batched } = await handleBothWays({ messaging, handlers: [AddHandler], messages });
    expect(batched).toEqual(oneByOne);
    expect(batched.rows['counters']).toEqual([
      JSON.stringify({ counterId: 'a', total: 4 }),
      JSON.stringify({ counterId: 'b', total: 2 }),
    ]);
    expect(Object.values(batched.published).flat()).toHaveLength(3);
  });

  it('give the same rows when one of them fails, and block its ordering key', async () => {
    const first = { message: Add, fields: { counterId: 'a', amount: 0 } };
    const { oneByOne, batched } = await handleBothWays({
      messaging,
      handlers: [RejectZeroHandler],
      messages: [first, ...messages],
    });
    expect(batched).toEqual(oneByOne);
    expect(batched.failures).toEqual([expect.stringContaining('nothing to add')]);
    expect(batched.rows['counters']).toEqual([JSON.stringify({ counterId: 'b', total: 2 })]);
  });

  it('reject a group without handlers', async () => {
    await expect(
      handleBothWays({ messaging, handlers: [AddHandler], messages, group: 'counter.other' }),
    ).rejects.toThrow('counter has no consumer group counter.other');
  });
});
