import type { AnyTable } from '../decide/index.js';

/** A saga and the table whose rows it steers: the saga's key is the subject's key. */
export interface SagaBinding {
  readonly name: string;
  readonly subject: AnyTable;
}
