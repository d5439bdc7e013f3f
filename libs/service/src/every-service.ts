import type { MessagingOptions } from '@tradewind/messaging/internals';
import { RevocationsHandler } from './auth/revocations.handler.js';
import { RevokedSessions } from './auth/revocations.table.js';
import { SigningKeysHandler } from './auth/signing-keys.handler.js';
import { SigningKeys } from './auth/signing-keys.table.js';
import { DataKeysHandler } from './sealing/data-keys.handler.js';
import { DataKeys } from './sealing/index.js';

/** The controllers that every service has besides its own. `sealing`: it stores sealed fields. */
export const handlersOfEveryService = (
  sealing: boolean,
): (typeof SigningKeysHandler | typeof RevocationsHandler | typeof DataKeysHandler)[] => [
  SigningKeysHandler,
  RevocationsHandler,
  ...(sealing ? [DataKeysHandler] : []),
];

const tables = [SigningKeys, DataKeys, RevokedSessions];

/** The lock order of a service, with the tables that every service has before its own. */
export const completeLockOrder = (lockOrder: MessagingOptions['lockOrder']): MessagingOptions['lockOrder'] => [
  ...tables,
  ...lockOrder.filter(({ name }) => tables.every((table) => table.name !== name)),
];
