import type { Money } from '@tradewind/kernel';
import { declareRuleSchema } from '@tradewind/messaging/message';
import { ValidateBy } from 'class-validator';

declareRuleSchema('isMoney', () => ({
  type: 'object',
  properties: {
    amount: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    currency: { type: 'string', enum: ['GBP'] },
  },
  required: ['amount', 'currency'],
  additionalProperties: false,
}));

const isMoney = (value: unknown): value is Money => {
  if (typeof value !== 'object' || value === null) return false;
  const { amount, currency, ...rest } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(amount) && (amount as number) >= 0 && currency === 'GBP' && Object.keys(rest).length === 0
  );
};

/** `{ amount, currency }`: a whole number of minor units, 0 or more, in the shop's only currency (GBP). */
export const IsMoney = (): PropertyDecorator =>
  ValidateBy({
    name: 'isMoney',
    validator: {
      validate: isMoney,
      defaultMessage: () => 'must be { "amount": whole number of pence >= 0, "currency": "GBP" }',
    },
  });
