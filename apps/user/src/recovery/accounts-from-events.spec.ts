import { describe, expect, it } from '@jest/globals';
import { ProfileUpdated, UserForgotten, UserRegistered, userId } from '@tradewind/contracts';
import { accountsFromEvents } from './accounts-from-events.js';

const ann = userId('01991234-5678-7000-8000-000000000001');
const bob = userId('01991234-5678-7000-8000-000000000002');
const monday = '2026-03-02T10:00:00.000Z';
const anEvent = <M extends object>(cls: new () => M, fields: NoInfer<M>): M => Object.assign(new cls(), fields);
const registered = (id: typeof ann) =>
  anEvent(UserRegistered, {
    userId: id,
    email: `sealed-email-${id}`,
    name: 'sealed-name',
    role: 'customer',
    registeredAt: monday,
  });
const recovered = (...messages: object[]) => accountsFromEvents(messages, (_, sealed) => `index of ${sealed}`);

describe('accounts recovered from their events', () => {
  it('are complete, with their lookup values', () =>
    expect(recovered(registered(ann)).get(ann)).toEqual({
      status: 'active',
      userId: ann,
      role: 'customer',
      email: `sealed-email-${ann}`,
      emailIndex: `index of sealed-email-${ann}`,
      name: 'sealed-name',
      registeredAt: new Date(monday),
    }));
  it('have their changes', () =>
    expect(
      recovered(
        registered(ann),
        registered(bob),
        anEvent(ProfileUpdated, { userId: ann, email: 'sealed-new', updatedAt: monday }),
      ).get(ann),
    ).toMatchObject({
      email: 'sealed-new',
      emailIndex: 'index of sealed-new',
      name: 'sealed-name',
    }));
  it('are forgotten if their person was', () =>
    expect(recovered(registered(ann), anEvent(UserForgotten, { userId: ann, forgottenAt: monday })).get(ann)).toEqual({
      status: 'forgotten',
      userId: ann,
      forgottenAt: new Date(monday),
    }));
  it('need the event of the registration', () => {
    expect(() => recovered(anEvent(UserForgotten, { userId: ann, forgottenAt: monday }))).toThrow(RangeError);
    expect(() => recovered(anEvent(ProfileUpdated, { userId: ann, name: 'sealed', updatedAt: monday }))).toThrow(
      RangeError,
    );
  });
});
