import { Matches } from 'class-validator';

/** A lower-case UUID with hyphens. Ids are compared as text, so only one form is valid. */
export const IsId = (): PropertyDecorator =>
  Matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, { message: 'must be a lower-case UUID' });
