/** A SKU as it is shown: as typed, without blanks at its ends and with one blank where there were several. */
export const shownSku = (typed: string): string => typed.trim().replace(/\s+/g, ' ');

/** What SKUs are compared by: without blanks and case. `AB 1`, `ab1 ` and `AB  1` are one SKU. The database checks the same form. */
export const skuKeyOf = (typed: string): string => typed.replace(/\s/g, '').toLowerCase();
