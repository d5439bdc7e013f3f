import { ValidateBy } from 'class-validator';

/** A whole number between two bounds; without the upper one, the largest that every language counts exactly. */
export const IsCount = (least = 0, most = Number.MAX_SAFE_INTEGER): PropertyDecorator =>
  ValidateBy({
    name: 'isCount',
    constraints: [least, most],
    validator: {
      validate: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
      defaultMessage: () => `must be a whole number from ${least} to ${most}`,
    },
  });
