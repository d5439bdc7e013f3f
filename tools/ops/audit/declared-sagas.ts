/** From where to where, and what may cause it. */
export type DeclaredTransition = readonly [from: string, to: string, ...causes: string[]];

export interface DeclaredSaga {
  readonly transitions: readonly DeclaredTransition[];
  /** What is said each time a saga comes to a position, or comes to it again. */
  readonly says: Readonly<Record<string, string>>;
  /** The position after which nothing is undone any more. */
  readonly pointOfNoReturn: string;
}

/**
 * Every step that a saga of this shop may take, by name and version: written down by hand and read from no definition, so that
 * an engine that goes astray is found. A spec compares it with what the definitions declare.
 */
export const declaredSagas: Readonly<Record<string, DeclaredSaga>> = {
  'place-order 1': {
    transitions: [
      ['not started', 'asking reserve stock', 'start'],
      ['asking reserve stock', 'asking reserve stock', 'operator'],
      ['asking reserve stock', 'asking take payment', 'reply'],
      ['asking reserve stock', 'failed', 'reply'],
      ['asking reserve stock', 'undoing reserve stock', 'cancel', 'operator', 'deadline'],
      ['undoing reserve stock', 'undoing reserve stock', 'deadline', 'operator'],
      ['undoing reserve stock', 'failed', 'reply', 'operator'],
      ['asking take payment', 'asking take payment', 'operator'],
      ['asking take payment', 'passed confirm', 'reply'],
      ['asking take payment', 'undoing reserve stock', 'reply'],
      ['asking take payment', 'undoing take payment', 'cancel', 'operator', 'deadline'],
      ['undoing take payment', 'undoing take payment', 'deadline', 'operator'],
      ['undoing take payment', 'undoing reserve stock', 'reply', 'operator'],
      ['passed confirm', 'asking hand over the goods', 'reply'],
      ['asking hand over the goods', 'asking hand over the goods', 'deadline', 'operator'],
      ['asking hand over the goods', 'completed', 'reply', 'operator'],
    ],
    says: {
      'asking reserve stock': 'stock.reserve',
      'undoing reserve stock': 'stock.release',
      'asking take payment': 'payment.take',
      'undoing take payment': 'payment.refund',
      'asking hand over the goods': 'stock.sell',
    },
    pointOfNoReturn: 'passed confirm',
  },
  'cancel-order 1': {
    transitions: [
      ['not started', 'passed accept the cancellation', 'start'],
      ['passed accept the cancellation', 'asking give the money back', 'start'],
      ['asking give the money back', 'asking give the money back', 'deadline', 'operator'],
      ['asking give the money back', 'asking take the goods back', 'reply', 'operator'],
      ['asking take the goods back', 'asking take the goods back', 'deadline', 'operator'],
      ['asking take the goods back', 'completed', 'reply', 'operator'],
    ],
    says: {
      'asking give the money back': 'payment.refund',
      'asking take the goods back': 'stock.take-back',
    },
    pointOfNoReturn: 'passed accept the cancellation',
  },
};
