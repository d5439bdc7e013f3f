import { declareRuleSchema } from '@tradewind/messaging/message';
import { ValidateBy } from 'class-validator';

declareRuleSchema('isCount', (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum }));

/** A whole number between two bounds. The default maximum is the largest integer that is exact in every language. */
export const IsCount = (min = 0, max = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  ValidateBy({
    name: 'isCount',
    constraints: [min, max],
    validator: {
      validate: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
      defaultMessage: () => `must be a whole number from ${min} to ${max}`,
    },
  });
