/** Wires all parts of the library, as a Nest module or without Nest. */
export { CommitEvents, MessagingHealth, MessagingLifecycle, MessagingModule } from './messaging.module.js';
export type {
  MessagingAsyncSettings,
  MessagingFeature,
  MessagingOptions,
  MessagingSettings,
} from './messaging.options.js';
export { DescriptionWriter } from './description-writer.js';
export { messagingToken } from './messaging-token.js';
export { MessagingRuntime, type MessagingEnvironment } from './messaging-runtime.js';
