/** The parts of the public API's responses that the simulation reads. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export const pounds = (pence: number): Money => ({ amount: pence, currency: 'GBP' });

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null;
}

export interface ProductView {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly available: number;
}

export interface CartView {
  readonly items: readonly { readonly productId: string; readonly quantity: number; readonly unitPrice: Money }[];
  readonly total: Money;
}

export interface OrderView {
  readonly status: string;
  readonly reason?: string | null;
  readonly confirmedAt?: string | null;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}
