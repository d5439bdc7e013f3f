import type { ApprovalLimits } from './domain/approval.js';

const limit = /^(\d{1,15}) ([A-Z]{3})$/;
export const approvalLimitsRule = 'must be amounts in minor units with their currency, for example 10000 GBP,12000 EUR';

/** `10000 GBP,12000 EUR`; undefined if it is not of this form. */
export function readApprovalLimits(text: string): ApprovalLimits | undefined {
  const limits = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, amount, currency] = limit.exec(part.trim()) ?? [];
    if (amount === undefined || currency === undefined || limits.has(currency)) return undefined;
    limits.set(currency, Number(amount));
  }
  return limits;
}

export const areApprovalLimits = (value: unknown): boolean =>
  typeof value === 'string' && readApprovalLimits(value) !== undefined;
