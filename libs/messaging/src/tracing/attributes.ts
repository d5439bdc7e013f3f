/**
 * The names of all attributes of spans, of the library and of the services. The conventions for messaging are still in development and rename
 * theirs: this is the only file to change.
 */
export const attributes = {
  system: 'messaging.system.name',
  operation: 'messaging.operation.type',
  topic: 'messaging.destination.name',
  messageId: 'messaging.message.id',
  correlation: 'messaging.message.conversation_id',
  group: 'messaging.consumer.group.name',
  batchSize: 'messaging.batch.message_count',
  key: 'kafka.message.key',
  messageType: 'tradewind.message.type',
  outcome: 'tradewind.outcome',
  rejection: 'tradewind.rejection',
  attempt: 'tradewind.attempt',
  error: 'error.type',
  effectId: 'tradewind.effect.id',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  upstream: 'tradewind.upstream',
} as const;
