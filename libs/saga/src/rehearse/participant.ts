export type Answer = 'done' | 'refused' | 'undone';

/**
 * Whoever is asked for a step, as its contract wants it: an effect happens once, a repeat gets the same answer, and what was
 * undone before it was asked for is never done.
 */
export class Participant {
  did = false;
  undid = false;
  #closed = false;

  constructor(private readonly refuses: boolean) {}

  /** Undefined: it was undone before and says nothing more. */
  ask(): Answer | undefined {
    if (this.#closed) return undefined;
    if (this.refuses) return 'refused';
    this.did = true;
    return 'done';
  }

  undo(): Answer {
    this.#closed = true;
    this.undid ||= this.did;
    return 'undone';
  }
}
