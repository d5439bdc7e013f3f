import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The n-th time that a process passes a point, counted from when it was told. */
export interface Moment {
  readonly point: string;
  readonly hit: number;
}

/** What a process can be told to do to itself: at a moment, or else at once. */
export type Deed =
  | { readonly do: 'kill'; readonly at?: Moment }
  | { readonly do: 'block'; readonly milliseconds: number; readonly at?: Moment };

/** A deed is done once, by whichever of the processes that were told comes to it first, and by none that starts later. */
export type Order = Deed & { readonly id: string };

/** The proof that an order was carried out. */
export interface Fired {
  readonly order: string;
  readonly pid: number;
  /** Milliseconds since 1970, of a clock that nothing has shifted. */
  readonly at: number;
}

/** What a process tells of itself. */
export interface Told {
  readonly pid: number;
  readonly passed: Readonly<Record<string, number>>;
  /** The orders that it knows. */
  readonly orders: readonly string[];
}

/** The proof that a process runs an altered file. */
export interface Planted {
  readonly name: string;
  readonly path: string;
  readonly pid: number;
}

/** The folder through which a runner and the processes of one service talk. */
export class PlantFolder {
  constructor(readonly path: string) {}

  /** What is to be done; replaced as a whole. */
  get plan(): string {
    return join(this.path, 'plan.json');
  }

  /** How the shop's files are to be altered, for processes that start from now on; not there where they are not. */
  get alterations(): string {
    return join(this.path, 'alterations.json');
  }

  /** One line for each alteration, file and process. */
  get planted(): string {
    return join(this.path, 'planted.jsonl');
  }

  /** One file an order: whoever makes it is the one who carries the order out. */
  fired(order: string): string {
    return join(this.#room('fired'), `${order}.json`);
  }

  /** One file a process. */
  told(pid: number): string {
    return join(this.tellers, `${pid}.json`);
  }

  get tellers(): string {
    return this.#room('told');
  }

  #room(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }
}
