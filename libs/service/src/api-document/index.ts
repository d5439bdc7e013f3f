/** The OpenAPI document as data, for programs that check it or generate from it. Loads @nestjs/swagger. */
export { undescribedRules } from '../openapi/describe-dtos.js';
export { documentOf } from '../openapi/docs.js';
