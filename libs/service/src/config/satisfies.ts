import { ValidateBy } from 'class-validator';

/** A rule that is one predicate and one sentence; the value itself is never repeated in it. */
export const Satisfies = (holds: (value: unknown) => boolean, otherwise: string): PropertyDecorator =>
  ValidateBy({ name: holds.name || 'satisfies', validator: { validate: holds, defaultMessage: () => otherwise } });
