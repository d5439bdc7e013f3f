import type { Topic } from '@tradewind/messaging';
import { ownTopics, type ServiceDescription } from '@tradewind/messaging/internals';
import type { OperationContext } from './operation-context.js';

/** The topics that the service owns. */
export const listTopics = ({ messaging }: OperationContext): Promise<{ readonly topics: readonly Topic[] }> =>
  Promise.resolve({ topics: ownTopics(messaging) });

/** What the service is. */
export const describeOperation = ({ describe }: OperationContext): Promise<ServiceDescription> =>
  Promise.resolve(describe());
