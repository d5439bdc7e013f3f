/** What a handler declares and returns, and the runner that loads, decides and saves many of them in one transaction. */
export * from './command.js';
export * from './command-errors.js';
export * from './decision.js';
export * from './handler-context.js';
export type { TransactionContext } from './transactional-handler.js';
export { decode } from './decode.js';
export { type Decoded, type DecodedMessage } from './decoded.js';
export {
  Handles,
  handlersOf,
  kafkaTransport,
  type HandlerKind,
  type HandlerMetadata,
  type DecisionHandlerOptions,
  type HandlerOptions,
} from './handles.js';
