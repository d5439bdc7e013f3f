import type { MessageRegistry, Topic } from '../message/index.js';

interface Owner {
  readonly service: string;
  readonly contracts: MessageRegistry;
  readonly deadLetters?: Topic;
}

/** All topics that the service writes through its outbox, its dead letter topic included. */
export const ownTopics = ({ service, contracts, deadLetters }: Owner): readonly Topic[] => [
  ...new Set([
    ...contracts.topics.filter(({ owner, foreign }) => owner === service && !foreign),
    ...(deadLetters ? [deadLetters] : []),
  ]),
];
