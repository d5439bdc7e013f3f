import type { MessagingOptions } from '@tradewind/messaging/internals';
import type { Migration } from '../database/index.js';

/** What a service's module and its operations have in common. */
export interface ServiceDefinition {
  readonly messaging: MessagingOptions;
  /** The controllers that handle messages; their constructors have no parameters. */
  readonly handlers: readonly (new () => object)[];
  /** The service's own, without those of the libraries. */
  readonly migrations: readonly Migration[];
  /** True if it stores sealed fields. */
  readonly sealing?: boolean;
}
