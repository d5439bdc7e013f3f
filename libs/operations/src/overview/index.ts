/** How the services are: outboxes, relays, instances, and how far their consumers are behind. */
export { consumerGroups, consumerLag, publishedSince, type ConsumerGroup, type TopicLag } from './consumer-lag.js';
export { serviceStates, type ServiceState } from './service-states.js';
