import type { Topic } from '../contract/index.js';
import type { MessagingOptions } from '../messaging.options.js';

/** Every topic that the service writes through its outbox, that of its dead letters among them. */
export const ownTopics = ({
  service,
  contracts,
  deadLetters,
}: Pick<MessagingOptions, 'service' | 'contracts' | 'deadLetters'>): readonly Topic[] => [
  ...new Set([...contracts.topics.filter(({ owner }) => owner === service), ...(deadLetters ? [deadLetters] : [])]),
];
