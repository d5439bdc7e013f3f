import { ValidateBy } from 'class-validator';

/** A rule of one predicate and one message; the message never repeats the value. */
export const Satisfies = (holds: (value: unknown) => boolean, otherwise: string): PropertyDecorator =>
  ValidateBy({ name: holds.name || 'satisfies', validator: { validate: holds, defaultMessage: () => otherwise } });
