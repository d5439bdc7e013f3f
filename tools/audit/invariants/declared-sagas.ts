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
      ['passed confirm', 'executing sell stock', 'reply'],
      ['executing sell stock', 'executing sell stock', 'timeout', 'operator'],
      ['executing sell stock', 'completed', 'reply', 'operator'],
    ],
    commands: {
      'executing reserve stock': 'stock.reserve',
      'compensating reserve stock': 'stock.release',
      'executing take payment': 'payment.take',
      'compensating take payment': 'payment.refund',
      'executing sell stock': 'stock.sell',
    },
    pointOfNoReturn: 'passed confirm',
  },
  'cancel-order 1': {
    transitions: [
      ['not started', 'passed accept cancellation', 'start'],
      ['passed accept cancellation', 'executing refund payment', 'start'],
      ['executing refund payment', 'executing refund payment', 'timeout', 'operator'],
      ['executing refund payment', 'executing take back stock', 'reply', 'operator'],
      ['executing take back stock', 'executing take back stock', 'timeout', 'operator'],
      ['executing take back stock', 'completed', 'reply', 'operator'],
    ],
    commands: {
      'executing refund payment': 'payment.refund',
      'executing take back stock': 'stock.take-back',
    },
    pointOfNoReturn: 'passed accept cancellation',
  },
};
