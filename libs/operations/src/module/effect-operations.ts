import type { Databases, OfService } from '../databases/databases.js';
import { pendingEffects, type PendingEffect } from '../effects/index.js';

/** The effects of a service that have not ended. */
export class EffectOperations {
  constructor(private readonly databases: Databases) {}

  /** Oldest first. */
  pending(): Promise<OfService<PendingEffect>[]> {
    return pendingEffects(this.databases);
  }
}
