/** Milliseconds between two lines about the same phase. */
const interval = 2_000;

export const log = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints every two seconds which phase is running and how far it is, until it is closed. */
export class Progress {
  #phase = '';
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly print: (line: string) => void = log,
    private readonly state: () => string = () => '',
  ) {}

  next(phase: string): void {
    [this.#phase, this.#since] = [phase, Date.now()];
    this.#timer ??= setInterval(
      () => this.print(`  ${this.#phase} ... ${Math.round((Date.now() - this.#since) / 1_000)} s${this.state()}`),
      interval,
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
