import { declareRuleSchema } from '@tradewind/messaging/message';
import { ValidateBy } from 'class-validator';

declareRuleSchema('isInstant', () => ({ type: 'string', format: 'date-time' }));

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** A UTC time in the format of `toISOString`. */
export const IsInstant = (): PropertyDecorator =>
  ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value) => typeof value === 'string' && instant.test(value) && Number.isFinite(Date.parse(value)),
      defaultMessage: () => 'must be a time in UTC, such as 2010-12-01T08:26:00.000Z',
    },
  });
