import type { Money } from '@tradewind/kernel';
import { ValidateBy } from 'class-validator';

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
