import { Matches } from 'class-validator';

/** A UUID in lower case, hyphenated: ids are compared as text, so there is one way to write them. */
export const IsId = (): PropertyDecorator =>
  Matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, { message: 'must be a lower-case UUID' });
