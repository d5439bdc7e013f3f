import { createHash } from 'node:crypto';
import type { ServiceDescription } from './service-description.js';

/** SHA-256, hex: equal services have equal hashes. */
export const descriptionHash = (description: ServiceDescription): string =>
  createHash('sha256').update(JSON.stringify(description)).digest('hex');
