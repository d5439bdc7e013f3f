import { describe, expect, it } from '@jest/globals';
import { isRole, permissions, roleAllows, roles, rolesWith, type Permission, type Role } from './roles.js';

/* Written by hand: a change of the rights of a role must be made twice. */
const matrix: Readonly<Record<Permission, string>> = {
  'orders.read': 'viewer support operator admin',
  'orders.cancel': 'support operator admin',
  'payments.read': 'viewer support operator admin',
  'payments.refund': 'support operator admin',
  'products.read': 'viewer support operator admin catalogue',
  'products.write': 'admin catalogue',
  'stock.adjust': 'admin catalogue',
  'webhooks.read': 'viewer support operator admin',
  'webhooks.write': 'operator admin',
  'operations.read': 'viewer support operator admin',
  'operations.act': 'operator admin',
  'staff.read': 'admin',
  'staff.write': 'admin',
};
const rightsOf = (role: Role): readonly Permission[] => permissions.filter((each) => roleAllows(role, each));

describe('a role', () => {
  it.each(Object.entries(matrix))('may do %s if it is %s', (permission, allowed) =>
    expect(rolesWith(permission as Permission)).toEqual(allowed.split(' ')),
  );
  it('has no permission that is not in this table', () =>
    expect([...permissions].sort()).toEqual(Object.keys(matrix).sort()));
  it.each<[Role, Role]>([
    ['viewer', 'support'],
    ['support', 'operator'],
    ['operator', 'admin'],
    ['catalogue', 'admin'],
  ])('%s may do nothing that %s may not', (lower, higher) => {
    expect(rightsOf(higher)).toEqual(expect.arrayContaining([...rightsOf(lower)]));
    expect(rightsOf(higher).length).toBeGreaterThan(rightsOf(lower).length);
  });
  it('of a customer has no permission of staff', () => expect(rightsOf('customer')).toEqual([]));
  it('is one of the list', () => {
    expect(roles.every(isRole)).toBe(true);
    for (const other of ['root', '', 'Admin', 'constructor', undefined, null, 1]) expect(isRole(other)).toBe(false);
  });
});
