import { describe, expect, it } from '@jest/globals';
import {
  advance,
  alarmAfter,
  pointOfNoReturn,
  said,
  saga,
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
class TripUnwanted {
  trip!: string;
}

interface Trip {
  readonly id: string;
  readonly state: 'planned' | 'confirmed' | 'unwanted' | 'off';
}

const room = {
  name: 'book a room',
  ask: ({ id }: Trip) => said(BookRoom, { trip: id }),
  done: RoomBooked,
  refused: RoomRefused,
  because: ({ full }: RoomRefused) => (full ? 'full' : 'closed'),
  undo: ({ id }: Trip) => said(FreeRoom, { trip: id }),
  undone: RoomFreed,
  within: '30s',
  retries: 1,
} as const;
const card = {
  name: 'charge the card',
  ask: ({ id }: Trip) => said(ChargeCard, { trip: id }),
  done: CardCharged,
  refused: CardDeclined,
  because: () => 'no money',
  undo: ({ id }: Trip) => said(PayBack, { trip: id }),
  undone: PaidBack,
  within: '2m',
} as const;
const tickets = {
  name: 'send the tickets',
  ask: ({ id }: Trip) => said(SendTickets, { trip: id }),
  done: TicketsSent,
  within: '1m',
} as const;
const confirm = pointOfNoReturn<Trip>('confirm', (trip) => ({
  subject: { ...trip, state: 'confirmed' },
  say: [said(TripConfirmed, { trip: trip.id })],
}));

const bookTrip = saga<Trip>('book-trip', {
  version: 1,
  key: ({ id }) => id,
  steps: [room, card, confirm, tickets],
  onCancel: (trip) => ({ subject: { ...trip, state: 'unwanted' }, say: [said(TripUnwanted, { trip: trip.id })] }),
  onFailed: (trip, failure) => ({
    subject: { ...trip, state: 'off' },
    say: [said(TripRefused, { why: 'reason' in failure ? failure.reason : failure.because })],
  }),
});

const now = new Date('2030-01-01T00:00:00Z');
const planned: Trip = { id: 'a', state: 'planned' };
const told = ({ say }: Advance<Trip>): string[] => say.map(({ cls }) => cls.name);

/** Where the saga stands after these inputs, and what the last of them made of it. */
const after = (...inputs: (Input | object)[]): Advance<Trip> & { readonly last: SagaState | undefined } => {
  let last: SagaState | undefined;
  let at = advance(bookTrip, undefined, planned, { kind: 'start' }, now);
  for (const input of inputs) {
    last = at.state;
    at = advance(bookTrip, at.state, at.subject, 'kind' in input ? input : { kind: 'reply', message: input }, now);
  }
  return { ...at, last };
};
const timeUp = (...inputs: (Input | object)[]): Input => ({
  kind: 'deadline',
  name: after(...inputs).deadlines[0]!.name,
});
const operator = (action: 'retry' | 'push' | 'skip'): Input => ({ kind: 'operator', action, reason: 'rang them up' });

describe('a saga that starts', () => {
  it('asks the first step and waits for its answer', () => {
    const { state, deadlines, journal, ...rest } = after();
    expect(told({ state, deadlines, journal, ...rest })).toEqual(['BookRoom']);
    expect(deadlines).toEqual([{ name: 'asking book a room, attempt 1', milliseconds: 30_000, command: rest.say[0] }]);
    expect(journal).toEqual([{ from: 'not started', to: 'asking book a room', cause: 'start', detail: 'version 1' }]);
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
      say: [],
      deadlines: [],
      journal: [],
    });
  });
  it('is JSON all through', () => expect(JSON.parse(JSON.stringify(after().state))).toEqual(after().state));
});

describe('a saga whose steps are answered', () => {
  it('passes the point of no return in the breath of the answer before it', () => {
    const at = after(new RoomBooked(), new CardCharged());
    expect(told(at)).toEqual(['TripConfirmed', 'SendTickets']);
    expect(at.subject.state).toBe('confirmed');
    expect(at.journal.map(({ to }) => to)).toEqual(['passed confirm', 'asking send the tickets']);
  });
  it('completes after the last one', () =>
    expect(after(new RoomBooked(), new CardCharged(), new TicketsSent()).state).toEqual(
      expect.objectContaining({ status: 'completed', step: null }),
    ));
  it('ignores an answer that it does not wait for', () => {
    const { state, last } = after(new RoomBooked(), new RoomBooked());
    expect(state).toBe(last);
  });
});

describe('a step that is refused', () => {
  it('is not undone itself; what came before it is', () =>
    expect(told(after(new RoomBooked(), new CardDeclined()))).toEqual(['FreeRoom']));
  it('tells its reason when all is undone', () => {
    const at = after(new RoomBooked(), new CardDeclined(), new RoomFreed());
    expect([at.say[0]!.fields, at.state.status, at.state.failure]).toEqual([
      { why: 'no money' },
      'failed',
      { because: 'refused', step: 'charge the card', reason: 'no money' },
    ]);
  });
  it('ends at once where there is nothing to undo', () =>
    expect(after(Object.assign(new RoomRefused(), { full: true })).say[0]!.fields).toEqual({ why: 'full' }));
});

describe('a step whose time is up', () => {
  it('is asked again as often as it may be', () => expect(told(after(timeUp()))).toEqual(['BookRoom']));
  it('is undone then, for it may still happen', () => {
    const first = timeUp();
    expect(told(after(first, timeUp(first)))).toEqual(['FreeRoom']);
  });
  it('ignores a deadline of an earlier try', () => {
    const { state, last } = after(timeUp(), timeUp());
    expect(state).toBe(last);
  });
  it('takes the answer to an earlier try', () =>
    expect(told(after(timeUp(), new RoomBooked()))).toEqual(['ChargeCard']));
  it('ignores a success that comes when it is being undone', () => {
    const { state, last } = after(new RoomBooked(), timeUp(new RoomBooked()), new CardCharged());
    expect(state).toBe(last);
  });
});

describe('an undo that is not answered', () => {
  const silences = (count: number): Input[] => {
    const inputs: Input[] = [{ kind: 'cancel' }];
    for (let silence = 0; silence < count; silence++) inputs.push(timeUp(...inputs));
    return inputs;
  };
  it('is said again at growing distances, at most five minutes', () =>
    expect(
      [0, 1, 2, 3, 4, 5, 6, 30].map((count) => after(...silences(count)).deadlines[0]!.milliseconds / 1_000),
    ).toEqual([10, 20, 40, 80, 160, 300, 300, 300]));
  it('raises the alarm, and goes on', () =>
    expect([alarmAfter - 1, alarmAfter].map((count) => after(...silences(count)).state.alarmed)).toEqual([
      false,
      true,
    ]));
  it('ends the alarm with its answer', () =>
    expect(after(...silences(alarmAfter), new RoomFreed()).state).toEqual(
      expect.objectContaining({ alarmed: false, status: 'failed' }),
    ));
});

describe('a saga that is cancelled', () => {
  it('undoes the step that is still open, then the others, one at a time', () => {
    expect(told(after(new RoomBooked(), { kind: 'cancel' }))).toEqual(['TripUnwanted', 'PayBack']);
    expect(told(after(new RoomBooked(), { kind: 'cancel' }, new PaidBack()))).toEqual(['FreeRoom']);
    expect(told(after(new RoomBooked(), { kind: 'cancel' }, new PaidBack(), new RoomFreed()))).toEqual(['TripRefused']);
  });
  it('lets everybody see it at once', () => expect(after({ kind: 'cancel' }).subject.state).toBe('unwanted'));
  it('does not hear it after the point of no return', () => {
    const { state, last, subject } = after(new RoomBooked(), new CardCharged(), { kind: 'cancel' });
    expect(state).toBe(last);
    expect(subject.state).toBe('confirmed');
  });
  it('keeps the first reason when it is failing already', () =>
    expect(after(new RoomBooked(), new CardDeclined(), { kind: 'cancel' }).state.failure?.because).toBe('refused'));
});

describe('an operator', () => {
  it('has the present command said again', () => expect(told(after(operator('retry')))).toEqual(['BookRoom']));
  it('pushes a step that may fail into its undo', () => expect(told(after(operator('push')))).toEqual(['FreeRoom']));
  it('pushes a step that must succeed into another try', () =>
    expect(told(after(new RoomBooked(), new CardCharged(), operator('push')))).toEqual(['SendTickets']));
  it('skips what would be waited for for ever', () =>
    expect(after({ kind: 'cancel' }, operator('skip')).state.status).toBe('failed'));
  it('cannot skip a step that may be refused', () => {
    const { state, last } = after(operator('skip'));
    expect(state).toBe(last);
  });
  it('leaves the reason in the journal', () =>
    expect(after(operator('retry')).journal[0]!.detail).toBe('retry: rang them up'));
});

describe('a saga that is over', () => {
  const end = after(new RoomBooked(), new CardCharged(), new TicketsSent());
  it.each<Input>([
    { kind: 'cancel' },
    operator('retry'),
    { kind: 'reply', message: new TicketsSent() },
    { kind: 'deadline', name: 'asking send the tickets, attempt 1' },
  ])('ignores a %j', (input) => expect(advance(bookTrip, end.state, end.subject, input, now).state).toBe(end.state));
});

describe('a saga that began before a deploy', () => {
  const { state } = after(new RoomBooked());
  const later: Saga<Trip> = saga<Trip>('book-trip', {
    ...bookTrip,
    version: 2,
    steps: [card, confirm, tickets],
    older: { 1: bookTrip },
  });
  it('goes on as it began', () => {
    const { state: next, say } = advance(later, state, planned, { kind: 'reply', message: new CardDeclined() }, now);
    expect([next.version, next.step, say[0]!.cls]).toEqual([1, 'book a room', FreeRoom]);
  });
  it('starts anew with the new version', () =>
    expect(advance(later, undefined, planned, { kind: 'start' }, now).state).toEqual(
      expect.objectContaining({ version: 2, step: 'charge the card' }),
    ));
  it('names the version that nobody knows any more', () => {
    const forgetful = saga<Trip>('book-trip', { ...bookTrip, version: 3 });
    expect(() => advance(forgetful, state, planned, { kind: 'cancel' }, now)).toThrow(
      'a saga of version 1 is running, and only 3 can be told',
    );
  });
});

describe('a story that cannot be kept', () => {
  const tell = (steps: Parameters<typeof saga<Trip>>[1]['steps']) => () =>
    saga<Trip>('x', { version: 1, key: ({ id }) => id, steps, onFailed: (subject) => ({ subject, say: [] }) });
  it.each([
    ['no steps', tell([])],
    ['called "send the tickets"', tell([tickets, { ...tickets, done: PaidBack }])],
    ['TicketsSent answers two questions', tell([tickets, { ...tickets, name: 'again' }])],
    ['after the point of no return', tell([confirm, card])],
    ['an undo without its answer', tell([{ ...tickets, undo: room.undo }])],
    ['what its refusal is', tell([{ ...tickets, refused: CardDeclined }])],
    ['two points', tell([room, confirm, { ...confirm, name: 'confirm again' }])],
    ['no duration', tell([{ ...tickets, within: '0s' }])],
    ['onFailed', () => saga<Trip>('x', { version: 1, key: ({ id }) => id, steps: [room] })],
  ])('is refused with its fault: %s', (fault, telling) => expect(telling).toThrow(fault));
  it('needs no way to fail when the point of no return comes first', () =>
    expect(stepNames(saga<Trip>('x', { version: 1, key: ({ id }) => id, steps: [confirm, tickets] }))).toEqual([
      'send the tickets',
    ]));
});
