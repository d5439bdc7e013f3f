/** Milliseconds between two lines. */
const interval = 2_000;

/** Says every two seconds what is under way and how far it has come, until it is closed. */
export class Progress {
  #what: string;
  #since = Date.now();
  readonly #timer: NodeJS.Timeout;

  constructor(
    say: (line: string) => void,
    first: string,
    private readonly state: () => string = () => '',
  ) {
    this.#what = first;
    this.#timer = setInterval(
      () => say(`  ${this.#what} ... ${Math.round((Date.now() - this.#since) / 1_000)} s${this.state()}`),
      interval,
    );
  }

  /** Goes on to what is under way from now on. */
  next(what: string): void {
    this.#what = what;
    this.#since = Date.now();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
