/** How long each phase of a start takes. A phase begins with the end of the one before, the first one with the process. */
export class StartPhases {
  readonly #phases: Record<string, number> = {};
  #last = 0;

  /** Created when the service is declared: everything is imported. */
  constructor() {
    this.end('imports');
  }

  end(phase: string): void {
    const now = performance.now();
    this.#phases[phase] = Math.round(now - this.#last);
    this.#last = now;
  }

  /** In milliseconds, for the log: until now, the CPU time, and each phase. */
  report(): { readonly afterMs: number; readonly cpuMs: number; readonly phases: Readonly<Record<string, number>> } {
    const { user, system } = process.cpuUsage();
    return { afterMs: Math.round(this.#last), cpuMs: Math.round((user + system) / 1_000), phases: this.#phases };
  }
}
