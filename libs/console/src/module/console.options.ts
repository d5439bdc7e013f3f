import type { Databases } from '@tradewind/operations';
import type { LagReader, LastAudit } from '../readings/readings.js';
import type { Search } from '../screens/search/search.js';
import type { Access } from '../access/access.js';

/** The settings of a mounted console. */
export interface ConsoleOptions {
  /** Where it is mounted. Default: `/console`; `/` for an application that is nothing else. */
  readonly path?: string;
  /** Who may see and do what. */
  readonly access: Access;
  /** Above the sections. Default: Tradewind. */
  readonly title?: string;
  /** The databases of several services. Default: that of the application's MessagingModule. */
  readonly databases?: Databases;
  /** The same databases for reading alone: with a role or a pool that cannot write. Default: `databases`. */
  readonly readings?: Databases;
  /** The client for the lag of consumers. Default: that of the application's MessagingModule. */
  readonly kafka?: LagReader;
  /** The verdict of the last audit of the system, if there was one. */
  readonly lastAudit?: () => Promise<LastAudit | undefined>;
  /** A search of your own, for example by customer. */
  readonly search?: Search;
  /** The name of the MessagingModule, where it has one. */
  readonly messaging?: string;
}
