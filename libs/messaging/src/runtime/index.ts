/** Wires all parts of the library, as a Nest module or without Nest. */
export { CommitEvents, MessagingHealth, MessagingLifecycle, MessagingModule } from './messaging.module.js';
export type { MessagingConnections, MessagingOptions } from './messaging.options.js';
export { MessagingRuntime, type MessagingEnvironment } from './messaging-runtime.js';
