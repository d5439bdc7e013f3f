import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Controller, Inject } from '@nestjs/common';
import { defineSaga, message, pointOfNoReturn } from '@tradewind/saga';
import { IsInt, IsString } from 'class-validator';
import type { AnyEffect } from '../effects/index.js';
import { Handles, nothing, type Decision } from '../handling/index.js';
import { Message, topic } from '../message/index.js';
import { describeService, type DeclaredService } from './describe-service.js';
import { descriptionHash } from './description-hash.js';

const topics = {
  trips: topic('trip.events', { owner: 'trips' }),
  rooms: topic('room.events', { owner: 'rooms' }),
  commands: topic('room.commands', { owner: 'trips', carries: 'commands' }),
  deadLetters: topic('trips.dlq', { owner: 'trips', partitions: 1 }),
};

@Message({ type: 'trip.booked', topic: topics.trips, key: 'tripId' })
class TripBooked {
  @IsString() readonly tripId!: string;
}
@Message({
  type: 'room.priced',
  topic: topics.rooms,
  key: 'tripId',
  version: 2,
  readableSince: 1,
  upcasts: { 1: (old) => old },
})
class RoomPriced {
  @IsString() readonly tripId!: string;
  @IsInt() readonly pence!: number;
}
@Message({ type: 'room.reserve', topic: topics.commands, key: 'tripId' })
class ReserveRoom {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'room.free', topic: topics.commands, key: 'tripId' })
class FreeRoom {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'room.reserved', topic: topics.rooms, key: 'tripId' })
class RoomReserved {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'room.freed', topic: topics.rooms, key: 'tripId' })
class RoomFreed {
  @IsString() readonly tripId!: string;
}

@Controller()
class Prices {
  @Handles(RoomPriced, { load: {}, kind: 'projection', consumer: 'prices' })
  apply(): Decision {
    return nothing();
  }
  @Handles(RoomPriced, { load: {}, consumer: 'prices', messaging: 'another' })
  ofAnother(): Decision {
    return nothing();
  }
}

@Controller()
class MorePrices extends Prices {}

class Ring implements AnyEffect {
  readonly name = 'bell.ring';
  readonly maxAttempts: number;
  constructor(@Inject('bell') readonly bell: { readonly rope: { readonly length: number } }) {
    this.maxAttempts = bell.rope.length;
  }
  run = (): Promise<void> => Promise.resolve();
  settle = (): Decision => nothing();
}

interface Trip {
  readonly tripId: string;
  readonly rooms: readonly { readonly bed: { readonly size: number } }[];
}
const table = { name: 'trips', keyOf: ({ tripId }: Trip): string => tripId };
const reserve = {
  name: 'reserve a room',
  command: ({ tripId, rooms }: Trip) => {
    for (const { bed } of rooms) if (bed.size > 2) throw new Error('too big');
    return message(ReserveRoom, { tripId });
  },
  success: RoomReserved,
  compensation: ({ tripId }: Trip) => message(FreeRoom, { tripId }),
  compensated: RoomFreed,
  timeout: '30s',
} as const;
const book = defineSaga<Trip>('book', table, {
  version: 2,
  steps: [reserve, pointOfNoReturn('book', (subject) => ({ subject, messages: [] }))],
  older: {
    1: { steps: [{ ...reserve, timeout: '5s', retries: 2 }], onFailed: (subject) => ({ subject, messages: [] }) },
  },
  onFailed: (subject) => ({ subject, messages: [] }),
});

const declared: DeclaredService = {
  service: 'trips',
  messages: [TripBooked, RoomPriced, ReserveRoom, FreeRoom, RoomReserved, RoomFreed],
  controllers: [MorePrices],
  sagas: [book],
  effects: [Ring],
  ignored: { trips: [RoomPriced], 'trips.prices': [RoomReserved, RoomFreed] },
  deadLetters: topics.deadLetters,
};

describe('the description of a service', () => {
  const description = describeService(declared);

  it('has each consumer group with what it handles and ignores', () =>
    expect(description.consumers).toEqual([
      {
        group: 'trips',
        topics: ['room.events'],
        handles: [
          { type: 'room.freed', kind: 'policy', sagas: ['book'] },
          { type: 'room.reserved', kind: 'policy', sagas: ['book'] },
        ],
        ignores: ['room.priced'],
      },
      {
        group: 'trips.prices',
        topics: ['room.events'],
        handles: [{ type: 'room.priced', kind: 'projection' }],
        ignores: ['room.freed', 'room.reserved'],
      },
    ]));

  it('has the types on the topics that it owns', () =>
    expect(description.publishes).toEqual(['room.free', 'room.reserve', 'trip.booked']));

  it('has the version and the rules of each message', () =>
    expect(description.messages.find(({ type }) => type === 'room.priced')).toEqual({
      type: 'room.priced',
      topic: 'room.events',
      key: 'tripId',
      version: 2,
      readableSince: 1,
      tombstone: false,
      upcastsFrom: [1],
      schema: {
        type: 'object',
        properties: { tripId: { type: 'string' }, pence: { type: 'integer' } },
        required: ['tripId', 'pence'],
      },
    }));

  it('has the topics that it owns or consumes', () =>
    expect(description.topics.map(({ name }) => name)).toEqual([
      'room.commands',
      'room.events',
      'trip.events',
      'trips.dlq',
    ]));

  it('has each version of each saga, with the types of the commands that its functions make', () =>
    expect(description.sagas).toEqual([
      {
        name: 'book',
        version: 1,
        current: false,
        subjects: 'trips',
        canBeCancelled: false,
        steps: [expect.objectContaining({ command: 'room.reserve', timeout: '5s', retries: 2 })],
      },
      {
        name: 'book',
        version: 2,
        current: true,
        subjects: 'trips',
        canBeCancelled: false,
        steps: [
          {
            name: 'reserve a room',
            kind: 'step',
            command: 'room.reserve',
            success: 'room.reserved',
            compensation: 'room.free',
            compensated: 'room.freed',
            timeout: '30s',
            retries: 0,
          },
          { name: 'book', kind: 'point of no return' },
        ],
      },
    ]));

  it('has its effects', () => expect(description.effects).toEqual([{ name: 'bell.ring' }]));

  it('is the same in another order of the declarations', () => {
    const reversed = describeService({ ...declared, messages: declared.messages.toReversed() });
    expect(descriptionHash(reversed)).toBe(descriptionHash(description));
  });

  it('is another one without an effect', () =>
    expect(descriptionHash(describeService({ ...declared, effects: [] }))).not.toBe(descriptionHash(description)));

  it('says that a command is not known where it cannot be made', () => {
    const step = {
      ...reserve,
      command: () => {
        throw new Error('no');
      },
      success: RoomReserved,
    };
    const saga = defineSaga<Trip>('odd', table, { steps: [step], onFailed: (subject) => ({ subject, messages: [] }) });
    expect(describeService({ ...declared, sagas: [saga] }).sagas[0]?.steps[0]?.command).toBeNull();
  });

  it('refuses an effect whose name is not a constant', () => {
    class Named implements AnyEffect {
      readonly name: string;
      constructor(bell: { readonly name: string }) {
        this.name = bell.name;
      }
      run = (): Promise<void> => Promise.resolve();
      settle = (): Decision => nothing();
    }
    expect(() => describeService({ ...declared, effects: [Named as never] })).toThrow(
      'the name of the effect Named depends on what is injected into it',
    );
  });
});
