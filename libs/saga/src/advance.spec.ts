import { describe, expect, it } from '@jest/globals';
import {
  advance,
  stuckAfterAttempts,
  pointOfNoReturn,
  message,
  defineSaga,
  stepNames,
  type Advance,
  type Input,
  type Saga,
  type SagaState,
} from './index.js';

class BookRoom {
  trip!: string;
}
class RoomBooked {}
class RoomRefused {
  full!: boolean;
}
class FreeRoom {
  trip!: string;
}
class RoomFreed {}
class ChargeCard {
  trip!: string;
}
class CardCharged {}
class CardDeclined {}
class PayBack {
  trip!: string;
}
class PaidBack {}
class SendTickets {
  trip!: string;
}
class TicketsSent {}
class TripConfirmed {
  trip!: string;
}
class TripRefused {
  why!: string;
}
class TripCancelled {
  trip!: string;
}

interface Trip {
  readonly id: string;
  readonly state: 'planned' | 'confirmed' | 'cancelling' | 'off';
}

const room = {
  name: 'book a room',
  command: ({ id }: Trip) => message(BookRoom, { trip: id }),
  success: RoomBooked,
  failure: RoomRefused,
  failureReason: ({ full }: RoomRefused) => (full ? 'full' : 'closed'),
  compensation: ({ id }: Trip) => message(FreeRoom, { trip: id }),
  compensated: RoomFreed,
  timeout: '30s',
  retries: 1,
} as const;
const card = {
  name: 'charge the card',
  command: ({ id }: Trip) => message(ChargeCard, { trip: id }),
  success: CardCharged,
  failure: CardDeclined,
  failureReason: () => 'no money',
  compensation: ({ id }: Trip) => message(PayBack, { trip: id }),
  compensated: PaidBack,
  timeout: '2m',
} as const;
const tickets = {
  name: 'send the tickets',
  command: ({ id }: Trip) => message(SendTickets, { trip: id }),
  success: TicketsSent,
  timeout: '1m',
} as const;
const confirm = pointOfNoReturn<Trip>('confirm', (trip) => ({
  subject: { ...trip, state: 'confirmed' },
  messages: [message(TripConfirmed, { trip: trip.id })],
}));

const trips = { name: 'trips', keyOf: ({ id }: Trip) => id };

const bookTrip = defineSaga<Trip>('book-trip', trips, {
  version: 1,
  steps: [room, card, confirm, tickets],
  onCancel: (trip) => ({
    subject: { ...trip, state: 'cancelling' },
    messages: [message(TripCancelled, { trip: trip.id })],
  }),
  onFailed: (trip, failure) => ({
    subject: { ...trip, state: 'off' },
    messages: [message(TripRefused, { why: 'reason' in failure ? failure.reason : failure.kind })],
  }),
});

const now = new Date('2030-01-01T00:00:00Z');
const planned: Trip = { id: 'a', state: 'planned' };
const publishedBy = ({ messages }: Advance<Trip>): string[] => messages.map(({ cls }) => cls.name);

/** The result of the last of these inputs, and the state before it. */
const after = (...inputs: (Input | object)[]): Advance<Trip> & { readonly previous: SagaState | undefined } => {
  let previous: SagaState | undefined;
  let at = advance(bookTrip, undefined, planned, { kind: 'start' }, now);
  for (const input of inputs) {
    previous = at.state;
    at = advance(bookTrip, at.state, at.subject, 'kind' in input ? input : { kind: 'reply', message: input }, now);
  }
  return { ...at, previous };
};
const timeoutAfter = (...inputs: (Input | object)[]): Input => ({
  kind: 'timeout',
  name: after(...inputs).timeouts[0]!.name,
});
const operator = (action: 'retry' | 'expire' | 'skip'): Input => ({ kind: 'operator', action, reason: 'called them' });

describe('a saga that starts', () => {
  it('publishes the command of the first step and waits for its reply', () => {
    const { state, timeouts, history, messages } = after();
    expect(messages.map(({ cls }) => cls.name)).toEqual(['BookRoom']);
    expect(timeouts).toEqual([
      { name: 'executing book a room, attempt 1', milliseconds: 30_000, command: messages[0] },
    ]);
    expect(history).toEqual([
      { from: 'not started', to: 'executing book a room', cause: 'start', detail: 'version 1' },
    ]);
    expect(state).toEqual(
      expect.objectContaining({
        id: 'book-trip:a',
        saga: 'book-trip',
        key: 'a',
        version: 1,
        status: 'running',
        step: 'book a room',
        attempt: 1,
      }),
    );
  });
  it('does not start twice', () => {
    const { state } = after();
    expect(advance(bookTrip, state, planned, { kind: 'start' }, now)).toEqual({
      state,
      subject: planned,
      messages: [],
      timeouts: [],
      history: [],
    });
  });
  it('is JSON', () => expect(JSON.parse(JSON.stringify(after().state))).toEqual(after().state));
});

describe('a saga whose steps succeed', () => {
  it('passes the point of no return together with the reply before it', () => {
    const at = after(new RoomBooked(), new CardCharged());
    expect(publishedBy(at)).toEqual(['TripConfirmed', 'SendTickets']);
    expect(at.subject.state).toBe('confirmed');
    expect(at.history.map(({ to }) => to)).toEqual(['passed confirm', 'executing send the tickets']);
  });
  it('completes after the last one', () =>
    expect(after(new RoomBooked(), new CardCharged(), new TicketsSent()).state).toEqual(
      expect.objectContaining({ status: 'completed', step: null }),
    ));
  it('ignores a reply that it does not wait for', () => {
    const { state, previous } = after(new RoomBooked(), new RoomBooked());
    expect(state).toBe(previous);
  });
});

describe('a step that fails', () => {
  it('is not compensated itself; the steps before it are', () =>
    expect(publishedBy(after(new RoomBooked(), new CardDeclined()))).toEqual(['FreeRoom']));
  it('gives its reason when everything is compensated', () => {
    const at = after(new RoomBooked(), new CardDeclined(), new RoomFreed());
    expect([at.messages[0]!.fields, at.state.status, at.state.failure]).toEqual([
      { why: 'no money' },
      'failed',
      { kind: 'failed', step: 'charge the card', reason: 'no money' },
    ]);
  });
  it('ends the saga at once where there is nothing to compensate', () =>
    expect(after(Object.assign(new RoomRefused(), { full: true })).messages[0]!.fields).toEqual({ why: 'full' }));
});

describe('a step that times out', () => {
  it('is repeated as often as its retries allow', () =>
    expect(publishedBy(after(timeoutAfter()))).toEqual(['BookRoom']));
  it('is compensated then, because it may still happen', () => {
    const first = timeoutAfter();
    expect(publishedBy(after(first, timeoutAfter(first)))).toEqual(['FreeRoom']);
  });
  it('ignores the timeout of an earlier attempt', () => {
    const { state, previous } = after(timeoutAfter(), timeoutAfter());
    expect(state).toBe(previous);
  });
  it('accepts the reply to an earlier attempt', () =>
    expect(publishedBy(after(timeoutAfter(), new RoomBooked()))).toEqual(['ChargeCard']));
  it('ignores a success that arrives while it is compensated', () => {
    const { state, previous } = after(new RoomBooked(), timeoutAfter(new RoomBooked()), new CardCharged());
    expect(state).toBe(previous);
  });
});

describe('a compensation without a reply', () => {
  const cancelledWithTimeouts = (count: number): Input[] => {
    const inputs: Input[] = [{ kind: 'cancel' }];
    for (let timeouts = 0; timeouts < count; timeouts++) inputs.push(timeoutAfter(...inputs));
    return inputs;
  };
  it('is repeated at growing distances, at most five minutes', () =>
    expect(
      [0, 1, 2, 3, 4, 5, 6, 30].map(
        (count) => after(...cancelledWithTimeouts(count)).timeouts[0]!.milliseconds / 1_000,
      ),
    ).toEqual([10, 20, 40, 80, 160, 300, 300, 300]));
  it('makes the saga stuck after five attempts', () =>
    expect(
      [stuckAfterAttempts - 1, stuckAfterAttempts].map((count) => after(...cancelledWithTimeouts(count)).state.stuck),
    ).toEqual([false, true]));
  it('is not stuck any more once the reply arrives', () =>
    expect(after(...cancelledWithTimeouts(stuckAfterAttempts), new RoomFreed()).state).toEqual(
      expect.objectContaining({ stuck: false, status: 'failed' }),
    ));
});

describe('a compensation that the definition has no more, because it changed without a new version', () => {
  it('fails instead of publishing the command again', () => {
    const { state, subject } = after(new RoomBooked(), { kind: 'cancel' });
    const { compensation: _, compensated: __, ...withoutCompensation } = card;
    const changed = defineSaga<Trip>('book-trip', trips, {
      ...bookTrip,
      steps: [room, withoutCompensation, confirm, tickets],
    });
    for (const input of [
      { kind: 'timeout', name: 'compensating charge the card, attempt 1' },
      { kind: 'reply', message: new PaidBack() },
    ] as const)
      expect(() => advance(changed, state, subject, input, now)).toThrow(
        'compensates "charge the card", which has no compensation',
      );
  });
});

describe('a saga that is cancelled', () => {
  it('compensates the step in progress, then the others, one at a time', () => {
    expect(publishedBy(after(new RoomBooked(), { kind: 'cancel' }))).toEqual(['TripCancelled', 'PayBack']);
    expect(publishedBy(after(new RoomBooked(), { kind: 'cancel' }, new PaidBack()))).toEqual(['FreeRoom']);
    expect(publishedBy(after(new RoomBooked(), { kind: 'cancel' }, new PaidBack(), new RoomFreed()))).toEqual([
      'TripRefused',
    ]);
  });
  it('shows it in its subject at once', () => expect(after({ kind: 'cancel' }).subject.state).toBe('cancelling'));
  it('ignores a cancellation after the point of no return', () => {
    const { state, previous, subject } = after(new RoomBooked(), new CardCharged(), { kind: 'cancel' });
    expect(state).toBe(previous);
    expect(subject.state).toBe('confirmed');
  });
  it('keeps the first reason when it is failing already', () =>
    expect(after(new RoomBooked(), new CardDeclined(), { kind: 'cancel' }).state.failure?.kind).toBe('failed'));
});

describe('an operator', () => {
  it('repeats the present command', () => expect(publishedBy(after(operator('retry')))).toEqual(['BookRoom']));
  it('expires a step that may fail, so that it is compensated', () =>
    expect(publishedBy(after(operator('expire')))).toEqual(['FreeRoom']));
  it('expires a step that must succeed, so that it is repeated', () =>
    expect(publishedBy(after(new RoomBooked(), new CardCharged(), operator('expire')))).toEqual(['SendTickets']));
  it('skips a command that is retried forever', () =>
    expect(after({ kind: 'cancel' }, operator('skip')).state.status).toBe('failed'));
  it('cannot skip a step that may fail', () => {
    const { state, previous } = after(operator('skip'));
    expect(state).toBe(previous);
  });
  it('leaves the reason in the history', () =>
    expect(after(operator('retry')).history[0]!.detail).toBe('retry: called them'));
});

describe('a saga that is over', () => {
  const end = after(new RoomBooked(), new CardCharged(), new TicketsSent());
  it.each<Input>([
    { kind: 'cancel' },
    operator('retry'),
    { kind: 'reply', message: new TicketsSent() },
    { kind: 'timeout', name: 'executing send the tickets, attempt 1' },
  ])('ignores %j', (input) => expect(advance(bookTrip, end.state, end.subject, input, now).state).toBe(end.state));
});

describe('a saga that started before a deploy', () => {
  const { state } = after(new RoomBooked());
  const later: Saga<Trip> = defineSaga<Trip>('book-trip', trips, {
    ...bookTrip,
    version: 2,
    steps: [card, confirm, tickets],
    older: { 1: bookTrip },
  });
  it('continues with its own version', () => {
    const next = advance(later, state, planned, { kind: 'reply', message: new CardDeclined() }, now);
    expect([next.state.version, next.state.step, next.messages[0]!.cls]).toEqual([1, 'book a room', FreeRoom]);
  });
  it('starts with the new version afterwards', () =>
    expect(advance(later, undefined, planned, { kind: 'start' }, now).state).toEqual(
      expect.objectContaining({ version: 2, step: 'charge the card' }),
    ));
  it('names a version that is not defined any more', () => {
    const withoutOlder = defineSaga<Trip>('book-trip', trips, { ...bookTrip, version: 3 });
    expect(() => advance(withoutOlder, state, planned, { kind: 'cancel' }, now)).toThrow(
      'an instance of version 1 is running, and only 3 are defined',
    );
  });
});

describe('an invalid definition', () => {
  const define = (steps: Parameters<typeof defineSaga<Trip>>[2]['steps']) => () =>
    defineSaga<Trip>('x', trips, {
      version: 1,
      steps,
      onFailed: (subject) => ({ subject, messages: [] }),
    });
  it.each([
    ['no steps', define([])],
    ['called "send the tickets"', define([tickets, { ...tickets, success: PaidBack }])],
    ['TicketsSent is the reply to two commands', define([tickets, { ...tickets, name: 'again' }])],
    ['after the point of no return', define([confirm, card])],
    ['needs both compensation and compensated', define([{ ...tickets, compensation: room.compensation }])],
    ['needs both failure and failureReason', define([{ ...tickets, failure: CardDeclined }])],
    ['two points', define([room, confirm, { ...confirm, name: 'confirm again' }])],
    ['is not a duration', define([{ ...tickets, timeout: '0s' }])],
    ['no onFailed', () => defineSaga<Trip>('x', trips, { steps: [room] })],
  ])('is rejected: %s', (violation, defining) => expect(defining).toThrow(violation));
  it('needs no onFailed when the point of no return comes first', () =>
    expect(stepNames(defineSaga<Trip>('x', trips, { steps: [confirm, tickets] }))).toEqual(['send the tickets']));
});
