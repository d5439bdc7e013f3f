/** Ends a command with one sentence for the person at the terminal, printed without a stack. */
export class CommandError extends Error {}
