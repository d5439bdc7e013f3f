export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A progress line: rewritten in place on a terminal, else logged every five seconds. */
export class Progress {
  private readonly timer: NodeJS.Timeout;
  private readonly startedAt = performance.now();

  constructor(
    private readonly text: () => string,
    private readonly screen: Screen,
    log: (line: string) => void,
  ) {
    const show = (): void => (screen.isTTY ? void screen.write(`\r\x1b[2K${this.line()}`) : log(this.line()));
    this.timer = setInterval(show, screen.isTTY ? 200 : 5_000);
  }

  /** Clears the line and returns its last text, with the duration. */
  end(): string {
    clearInterval(this.timer);
    if (this.screen.isTTY) this.screen.write('\r\x1b[2K');
    return this.line();
  }

  private line(): string {
    return `${this.text()} (${((performance.now() - this.startedAt) / 1_000).toFixed(1)} s)`;
  }
}
