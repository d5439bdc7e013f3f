/** The roles of staff. Viewer < support < operator < admin; `catalogue` stands beside them. */
export const staffRoles = ['viewer', 'support', 'operator', 'admin', 'catalogue'] as const;
export type StaffRole = (typeof staffRoles)[number];
export type Role = 'customer' | StaffRole;
export const roles = ['customer', ...staffRoles] as const satisfies readonly Role[];

const viewer = ['orders.read', 'payments.read', 'products.read', 'webhooks.read', 'operations.read'] as const;
const support = [...viewer, 'orders.cancel', 'payments.refund'] as const;
const operator = [...support, 'webhooks.write', 'operations.act'] as const;
const catalogue = ['products.read', 'products.write', 'stock.adjust'] as const;
const admin = [...operator, ...catalogue, 'staff.read', 'staff.write'] as const;

/** What a route of staff, or an action of the console, asks for. */
export type Permission = (typeof admin)[number];
export const permissions: readonly Permission[] = [...new Set(admin)];

const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  customer: [],
  viewer,
  support,
  operator,
  admin,
  catalogue,
};

export const isRole = (value: unknown): value is Role => (roles as readonly unknown[]).includes(value);

/** Whether a person with the role may do this. */
export const roleAllows = (role: Role, permission: Permission): boolean => permissionsOf[role].includes(permission);

/** Every role that may do this, with fewest rights first. */
export const rolesWith = (permission: Permission): readonly Role[] =>
  roles.filter((role) => roleAllows(role, permission));
