import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Poison } from '@tradewind/kernel';
import { advance, defineSaga, message } from '@tradewind/saga';
import { IsInt, IsString } from 'class-validator';
import type { DecisionContext } from '../handling/index.js';
import { Message, topic } from '../message/index.js';
import { table } from '../ports/index.js';
import { sagaRow } from './saga-decisions.js';
import { SagaInstances } from './saga-instances.js';
import { replyHandlers } from './saga-replies.js';

const commands = topic('fares.commands', { owner: 'trips' });
const events = topic('fares.events', { owner: 'fares' });

@Message({ type: 'fare.pay', topic: commands, key: 'tripId' })
class PayFare {
  @IsString() readonly tripId!: string;
}
@Message({ type: 'fare.paid', topic: events, key: 'tripId' })
class FarePaid {
  @IsString() readonly tripId!: string;
  @IsInt() readonly amount!: number;
}

interface Trip {
  readonly tripId: string;
  readonly fare: number;
}
const Trips = table<Trip>('trips', 'tripId', { tripId: 'text', fare: 'int4' });
const payTrip = defineSaga<Trip>('pay-trip', Trips, {
  steps: [
    {
      name: 'pay',
      command: ({ tripId }) => message(PayFare, { tripId }),
      success: FarePaid,
      mismatches: ({ fare }, reply) => ((reply as FarePaid).amount === fare ? [] : [`the fare is ${fare}`]),
      timeout: '1m',
    },
  ],
  onFailed: (subject) => ({ subject, messages: [] }),
});

const now = new Date('2030-01-01T00:00:00.000Z');
const trip: Trip = { tripId: 'a', fare: 500 };
const { state } = advance(payTrip, undefined, trip, { kind: 'start' }, now);

/** Handles the reply for a trip whose fare is being paid. */
function handle(amount: number) {
  const [handler] = replyHandlers([payTrip]);
  const context: DecisionContext & Record<string, unknown> = {
    now,
    cause: 'a cause',
    newId: () => 'an id',
    instances: new Map([[state.id, sagaRow(state, now, now)]]),
    'subjects of trips': new Map([[trip.tripId, trip]]),
  } as never;
  return handler!.handle(Object.assign(new FarePaid(), { tripId: 'a', amount }), context);
}

describe('a reply that a saga waits for', () => {
  it('advances it when it says what was asked for', () =>
    expect(handle(500).changes).toContainEqual(
      expect.objectContaining({ table: SagaInstances, row: expect.objectContaining({ status: 'completed' }) }),
    ));

  it('is a dead letter with what is wrong when it says something else', () => {
    expect(() => handle(1)).toThrow(Poison);
    expect(() => handle(1)).toThrow('the reply is not what the saga pay-trip:a asked for: the fare is 500');
  });
});
