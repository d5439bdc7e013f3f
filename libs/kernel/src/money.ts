/** An amount in minor units (pence) of one ISO 4217 currency. Always a safe integer, never a float. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export const money = (amount: number, currency: string): Money => {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a whole number of minor units`);
  return { amount, currency };
};

const sameCurrency = (a: Money, b: Money): void => {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} and ${b.currency} can't be combined`);
};

/** Throws a RangeError on two currencies, or when the sum leaves the safe integers. */
export function add(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return money(a.amount + b.amount, a.currency);
}

/** Throws a RangeError on two currencies. The difference may be negative. */
export function subtract(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return money(a.amount - b.amount, a.currency);
}

/** Throws a RangeError when the product leaves the safe integers or the factor is not a whole number. */
export const times = (price: Money, factor: number): Money => money(price.amount * factor, price.currency);

export const sum = (amounts: readonly Money[], currency: string): Money => amounts.reduce(add, money(0, currency));

export const sameMoney = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;
