import type { Topic } from '@tradewind/messaging';
import { copiesOver } from './copies.js';
import { shelvesOver } from './shelves.js';
import type { OnDecided, Service, WorkName } from './work.js';

export const serviceOver = (work: WorkName, service: string, topic: Topic, onDecided?: OnDecided): Service =>
  (work === 'shelves' ? shelvesOver : copiesOver)(service, topic, onDecided);
