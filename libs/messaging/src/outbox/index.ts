/** Messages from the transaction of their change to their topic: the outbox, its envelope and the relay. */
export { envelopeOf, headersOf, payloadLimit, readEnvelope, sequenceText, type Envelope } from './envelope.js';
export * from './outbox-errors.js';
export { Outbox } from './outbox.js';
export { ownTopics } from './own-topics.js';
export { OffsetRegression, Relay, type DeclaredTopics } from './relay.js';
export { PublicationEffects, payloadOf, type PublicationEffect, type PublishedMessage } from './publication-effects.js';
