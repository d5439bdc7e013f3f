/** The services that own a database. */
export const databaseNames = ['user', 'product', 'cart', 'order', 'payment'] as const;
export type DatabaseName = (typeof databaseNames)[number];
