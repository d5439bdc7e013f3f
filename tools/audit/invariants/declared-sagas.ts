/** A transition, and its allowed causes. */
export type DeclaredTransition = readonly [from: string, to: string, ...causes: string[]];

export interface DeclaredSaga {
  readonly transitions: readonly DeclaredTransition[];
  /** The type of the command that a saga publishes each time that it reaches a state. */
  readonly commands: Readonly<Record<string, string>>;
  /** The position after which nothing is compensated any more. */
  readonly pointOfNoReturn: string;
}

/**
 * All transitions of the shop's sagas, by name and version. Written by hand and not read from the definitions, so that the audit finds an
 * engine that makes a wrong transition. A spec compares it with the definitions.
 */
export const declaredSagas: Readonly<Record<string, DeclaredSaga>> = {
  'place-order 1': {
    transitions: [
      ['not started', 'executing reserve stock', 'start'],
      ['executing reserve stock', 'executing reserve stock', 'operator'],
      ['executing reserve stock', 'executing take payment', 'reply'],
      ['executing reserve stock', 'failed', 'reply'],
      ['executing reserve stock', 'compensating reserve stock', 'cancel', 'operator', 'timeout'],
      ['compensating reserve stock', 'compensating reserve stock', 'timeout', 'operator'],
      ['compensating reserve stock', 'failed', 'reply', 'operator'],
      ['executing take payment', 'executing take payment', 'operator'],
      ['executing take payment', 'passed confirm', 'reply'],
      ['executing take payment', 'compensating reserve stock', 'reply'],
      ['executing take payment', 'compensating take payment', 'cancel', 'operator', 'timeout'],
      ['compensating take payment', 'compensating take payment', 'timeout', 'operator'],
      ['compensating take payment', 'compensating reserve stock', 'reply', 'operator'],
      ['passed confirm', 'executing hand over the goods', 'reply'],
      ['executing hand over the goods', 'executing hand over the goods', 'timeout', 'operator'],
      ['executing hand over the goods', 'completed', 'reply', 'operator'],
    ],
    commands: {
      'executing reserve stock': 'stock.reserve',
      'compensating reserve stock': 'stock.release',
      'executing take payment': 'payment.take',
      'compensating take payment': 'payment.refund',
      'executing hand over the goods': 'stock.sell',
    },
    pointOfNoReturn: 'passed confirm',
  },
  'cancel-order 1': {
    transitions: [
      ['not started', 'passed accept the cancellation', 'start'],
      ['passed accept the cancellation', 'executing give the money back', 'start'],
      ['executing give the money back', 'executing give the money back', 'timeout', 'operator'],
      ['executing give the money back', 'executing take the goods back', 'reply', 'operator'],
      ['executing take the goods back', 'executing take the goods back', 'timeout', 'operator'],
      ['executing take the goods back', 'completed', 'reply', 'operator'],
    ],
    commands: {
      'executing give the money back': 'payment.refund',
      'executing take the goods back': 'stock.take-back',
    },
    pointOfNoReturn: 'passed accept the cancellation',
  },
};
