/** Ids of existing objects. */
export interface Ids {
  readonly productId: string;
  readonly orderId: string;
  readonly paymentId: string;
}

/** A request with a valid body; a test changes one field. */
export interface RequestSample {
  readonly route: string;
  readonly client: 'anonymous' | 'ann' | 'admin';
  /** The request changes nothing, even with a valid body. */
  readonly path: (at: Ids) => string;
  readonly body: (at: Ids) => object;
  readonly fields: Readonly<Record<string, Kind>>;
}

/** Whether the field may be missing. */
interface Field {
  readonly optional?: true;
}

/** What a field of a DTO accepts; everything else must be rejected with the name of the field. */
export type Kind = Field &
  (
    | { readonly is: 'text'; readonly most: number; readonly lines?: true; readonly long?: string }
    | { readonly is: 'count'; readonly least: number; readonly most: number; readonly not?: number }
    | { readonly is: 'id' }
    | { readonly is: 'currency' }
    /** One of a few texts. */
    | { readonly is: 'choice' }
    /** True or false. */
    | { readonly is: 'flag' }
    /** An object with fields. */
    | { readonly is: 'object' }
    | { readonly is: 'list'; readonly most: number }
    /** Amount and currency, validated together. */
    | { readonly is: 'money' }
  );

export const text = (most: number, more: { lines?: true; long?: string } = {}): Kind => ({ is: 'text', most, ...more });
export const count = (least: number, most: number, more: { not?: number } = {}): Kind => ({
  is: 'count',
  least,
  most,
  ...more,
});
export const optional = (kind: Kind): Kind => ({ ...kind, optional: true });
export const id: Kind = { is: 'id' };
export const choice: Kind = { is: 'choice' };
export const flag: Kind = { is: 'flag' };
export const object: Kind = { is: 'object' };
export const price = (least: number, most: number): Record<string, Kind> => ({
  price: object,
  'price.amount': count(least, most),
  'price.currency': { is: 'currency' },
});
export const address: Record<string, Kind> = {
  shippingAddress: object,
  'shippingAddress.name': text(200),
  'shippingAddress.line1': text(200),
  'shippingAddress.line2': optional(text(200)),
  'shippingAddress.city': text(100),
  'shippingAddress.postcode': text(20),
  'shippingAddress.country': text(60),
};

export const anAddress = {
  name: 'Ada Lovelace',
  line1: '1 High Street',
  city: 'London',
  postcode: 'N1 1AA',
  country: 'GB',
};
