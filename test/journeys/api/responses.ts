import type { Money } from '@tradewind/kernel';

/* Response bodies of the public API, as far as these tests read them. */

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Profile {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly pendingEmail: string | null;
  readonly name: string;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
}

export interface Product {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly available: number;
  readonly archived?: true;
}

export interface StockChange {
  readonly number: number;
  readonly cause: string;
  readonly delta: number;
  readonly available: number;
  readonly reservation?: string;
}

export interface Cart {
  readonly items: readonly {
    readonly productId: string;
    readonly name: string;
    readonly quantity: number;
    readonly unitPrice: Money;
    readonly priceChanged?: { readonly from: Money };
    readonly archived?: true;
    readonly availability?: string;
  }[];
  readonly total: Money;
}

export interface Accepted {
  readonly orderId: string;
}

export interface Order {
  readonly id: string;
  readonly status: string;
  readonly reason?: string;
  readonly total: Money;
  readonly goodwill: Money;
  readonly items: readonly { readonly productId: string; readonly quantity: number; readonly unitPrice: Money }[];
  readonly shippingAddress: Readonly<Record<string, string>> | null;
  readonly history: readonly { readonly what: string }[];
}

export interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
  readonly captured?: Money;
  readonly refunded?: Money;
}
