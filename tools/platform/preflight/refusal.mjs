/** The reason why it can't go on: one sentence for the person at the terminal, shown without a stack. */
export class Refusal extends Error {}
