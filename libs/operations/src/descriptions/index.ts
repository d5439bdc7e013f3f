/** What is made of the descriptions of services: texts, diagrams, an AsyncAPI document. */
export { asyncApi, type AsyncApiDocument, type AsyncApiOptions, type MessageExample } from './async-api.js';
export { asyncApiOf, descriptionOf } from './async-api-of.js';
export { describeService, type DeclaredService, type ServiceDescription } from '@tradewind/messaging/internals';
export { descriptionText } from './description-text.js';
export { sagaDiagram } from './saga-diagram.js';
