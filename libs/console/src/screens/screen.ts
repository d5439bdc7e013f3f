import type { Operator, Role } from '../access/operator.js';
import type { Content } from '../html/html.js';
import type { Down, Readings } from '../readings/readings.js';

/** Where a request leads: the variable parts of its path, and its query. */
export interface Place {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
}

/** What a screen is drawn with besides its data. */
export interface View extends Place {
  readonly base: string;
  readonly may: (role: Role) => boolean;
  readonly operator: Operator;
}

/** A page of the console: data that is read, and how it looks. The data is also its JSON. */
export interface Screen<D extends object> {
  /** With parameters: `/dead-letters/:group?/:message?` */
  readonly path: string;
  readonly section: string;
  /** Undefined: there is no such thing. */
  read(readings: Readings, place: Place): Promise<(D & { readonly down: readonly Down[] }) | undefined>;
  title(data: D): string;
  draw(data: D, view: View): Content;
}

/** For a list of screens with different data. */
export type AnyScreen = Screen<never>;

/** Keeps the type of the data between reading and drawing. */
export const screen = <D extends object>(definition: Screen<D>): AnyScreen => definition as unknown as AnyScreen;
