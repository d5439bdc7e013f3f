import { describe, expect, it } from '@jest/globals';
import { userId, type Role } from '@tradewind/contracts/ids';
import { forget, type ActiveAccount } from './account.js';
import { changeStaff, ownAccount, unknownStaff } from './staff-account.js';

const monday = new Date('2026-03-02T10:00:00Z');
const friday = new Date('2026-03-06T10:00:00Z');
const sam = userId('01991234-5678-7000-8000-000000000001');
const admin = userId('01991234-5678-7000-8000-000000000002');
const anAccount = (role: Role): ActiveAccount => ({
  status: 'active',
  userId: sam,
  role,
  email: 'sealed-email',
  emailIndex: 'index',
  name: 'sealed-name',
  registeredAt: monday,
});
const support = anAccount('support');
const disabled = { ...support, status: 'disabled', disabledAt: monday } as const;

describe('the account of a member of staff', () => {
  it('gets another role', () =>
    expect(changeStaff(support, { role: 'operator' }, admin, friday)).toEqual({ ...support, role: 'operator' }));
  it('is disabled, and enabled again without a trace', () => {
    expect(changeStaff(support, { disabled: true }, admin, monday)).toEqual(disabled);
    expect(changeStaff(disabled, { disabled: false }, admin, friday)).toEqual(support);
  });
  it('gets another role while it is disabled, and stays so', () =>
    expect(changeStaff(disabled, { role: 'viewer' }, admin, friday)).toEqual({ ...disabled, role: 'viewer' }));
  it.each([[{ role: 'support' } as const], [{ disabled: false }], [{}]])('is the same after %j', (change) =>
    expect(changeStaff(support, change, admin, friday)).toBe(support),
  );
  it('keeps the time at which it was disabled first', () =>
    expect(changeStaff(disabled, { disabled: true }, admin, friday)).toBe(disabled));
  it('is not changed by its own person', () =>
    expect(changeStaff(support, { role: 'admin' }, sam, friday)).toEqual(ownAccount));
});

describe('the account of any other person', () => {
  it.each([
    ['a customer', anAccount('customer')],
    ['a forgotten person', forget(support, monday)],
    ['none', undefined],
  ])('of %s never becomes one of staff', (_, account) =>
    expect(changeStaff(account, { role: 'admin' }, admin, friday)).toEqual(unknownStaff),
  );
});
