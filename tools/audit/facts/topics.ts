import { topics } from '@tradewind/contracts';
import { isDatabaseService, type DatabaseService } from '../../services.js';
import { SourceUnavailable } from './snapshot.js';

/** A topic that a service publishes to from its outbox, and that keeps every record. */
export interface ArchivedTopic {
  readonly name: string;
  readonly owner: DatabaseService;
}

/** Throws SourceUnavailable if the owner of a topic is no service of tools/services.ts. */
export const archivedTopics = (): ArchivedTopic[] =>
  Object.values(topics)
    .filter(({ retention, owner }) => retention === 'keep' && owner !== 'platform')
    .map(({ name, owner }) => {
      if (!isDatabaseService(owner))
        throw new SourceUnavailable(
          `the topic ${name} belongs to "${owner}", which tools/services.ts does not list as a service with a database: add it there`,
        );
      return { name, owner };
    });
