/** Why a partial refund is granted. Codes, because a free text would be personal data in an event that stays for ever. */
export const refundReasons = ['damaged', 'incomplete', 'late', 'not-as-described', 'other'] as const;
export type RefundReason = (typeof refundReasons)[number];

/** Why a payment was not taken; `other`: the provider gave a reason that is none of these. */
export const declineReasons = ['card-declined', 'unknown-method', 'cancelled', 'voided', 'other'] as const;
export type DeclineReason = (typeof declineReasons)[number];

/** Why stock was adjusted by hand. Codes, because a free text could be personal data in an event that stays for ever. */
export const adjustmentReasons = ['broken', 'counted', 'delivered', 'lost', 'opening-stock', 'other'] as const;
export type AdjustmentReason = (typeof adjustmentReasons)[number];
