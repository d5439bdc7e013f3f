import { describe, expect, it } from '@jest/globals';
import {
  ProfileUpdated,
  StaffAccountChanged,
  UserForgotten,
  UserRegistered,
  userId,
  type Role,
} from '@tradewind/contracts';
import { accountsFromEvents } from './accounts-from-events.js';

const ann = userId('01991234-5678-7000-8000-000000000001');
const bob = userId('01991234-5678-7000-8000-000000000002');
const monday = '2026-03-02T10:00:00.000Z';
const anEvent = <M extends object>(cls: new () => M, fields: NoInfer<M>): M => Object.assign(new cls(), fields);
const registered = (id: typeof ann, role: Role = 'customer') =>
  anEvent(UserRegistered, {
    userId: id,
    email: `sealed-email-${id}`,
    name: 'sealed-name',
    role,
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
        anEvent(ProfileUpdated, { userId: ann, email: 'sealed-new', emailVerifiedAt: monday, updatedAt: monday }),
      ).get(ann),
    ).toMatchObject({
      email: 'sealed-new',
      emailIndex: 'index of sealed-new',
      emailVerifiedAt: new Date(monday),
      name: 'sealed-name',
    }));
  it('of staff have their last role, and are disabled if they were', () => {
    const changed = (role: 'operator' | 'viewer', disabled: boolean) =>
      anEvent(StaffAccountChanged, { userId: ann, role, disabled, changedAt: monday });
    expect(recovered(registered(ann, 'support'), changed('operator', true)).get(ann)).toMatchObject({
      status: 'disabled',
      role: 'operator',
      emailIndex: `index of sealed-email-${ann}`,
      disabledAt: new Date(monday),
    });
    const enabled = recovered(registered(ann, 'support'), changed('operator', true), changed('viewer', false)).get(ann);
    expect(enabled).toMatchObject({ status: 'active', role: 'viewer' });
    expect(enabled).not.toHaveProperty('disabledAt');
    expect(() => recovered(registered(ann), changed('viewer', false))).toThrow(RangeError);
  });
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
