import { declareRuleSchema } from '@tradewind/messaging/message';
import { ValidateBy, maxLength } from 'class-validator';

declareRuleSchema('isText', (max: number) => ({ type: 'string', maxLength: max, pattern: '^[^\\u0000]*$' }));

const unstorable = /\0|\p{Surrogate}/u;

/** A text of at most `max` characters that every database accepts: well-formed Unicode without NUL. */
export const IsText = (max: number): PropertyDecorator =>
  ValidateBy({
    name: 'isText',
    constraints: [max],
    validator: {
      validate: (value) => maxLength(value, max) && !unstorable.test(value as string),
      defaultMessage: () => `must be a text of at most ${max} characters, well-formed and without NUL`,
    },
  });
