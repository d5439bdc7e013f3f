/** A growth that makes no sense, or stands against what is there. The message says what to do. */
export class GrowthRefused extends Error {
  override readonly name = 'GrowthRefused';
}
