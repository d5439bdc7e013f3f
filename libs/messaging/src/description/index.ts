/** What a service is, as JSON: its consumers, messages, sagas and effects. Made from what it declares, without a connection. */
export { describeService, type DeclaredService } from './describe-service.js';
export { descriptionHash } from './description-hash.js';
export type {
  ConsumerDescription,
  EffectDescription,
  HandledMessage,
  MessageDescription,
  SagaDescription,
  ServiceDescription,
  StepDescription,
  TopicDescription,
} from './service-description.js';
