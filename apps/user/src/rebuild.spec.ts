import { ProfileUpdated, UserForgotten, UserRegistered } from '@tradewind/contracts';
import { userId } from '@tradewind/kernel';
import { describe, expect, it } from '@jest/globals';
import { rebuildAccounts } from './rebuild.js';

const ann = userId('01991234-5678-7000-8000-000000000001');
const bob = userId('01991234-5678-7000-8000-000000000002');
const monday = '2026-03-02T10:00:00.000Z';
const says = <M extends object>(cls: new () => M, fields: M): M => Object.assign(new cls(), fields);
const registered = (id: typeof ann) =>
  says(UserRegistered, {
    userId: id,
    email: `sealed-email-${id}`,
    name: 'sealed-name',
    role: 'customer',
    registeredAt: monday,
  });
const rebuilt = (...messages: object[]) => rebuildAccounts(messages, (_, sealed) => `index of ${sealed}`);

describe('accounts rebuilt from what was said', () => {
  it('are as they were, look-up value included', () =>
    expect(rebuilt(registered(ann)).get(ann)).toEqual({
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
      rebuilt(
        registered(ann),
        registered(bob),
        says(ProfileUpdated, { userId: ann, email: 'sealed-new', updatedAt: monday }),
      ).get(ann),
    ).toMatchObject({
      email: 'sealed-new',
      emailIndex: 'index of sealed-new',
      name: 'sealed-name',
    }));
  it('forget who was forgotten', () =>
    expect(rebuilt(registered(ann), says(UserForgotten, { userId: ann, forgottenAt: monday })).get(ann)).toEqual({
      status: 'forgotten',
      userId: ann,
      forgottenAt: new Date(monday),
    }));
  it('refuse a story without its beginning', () => {
    expect(() => rebuilt(says(UserForgotten, { userId: ann, forgottenAt: monday }))).toThrow(RangeError);
    expect(() => rebuilt(says(ProfileUpdated, { userId: ann, name: 'sealed', updatedAt: monday }))).toThrow(RangeError);
  });
});
