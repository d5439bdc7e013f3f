/** A past order: a copy of a template order, placed some seconds earlier. */
export interface Copy {
  readonly template: string;
  readonly secondsEarlier: number;
}

/** Seconds between the past orders and the measured ones. */
const gap = 3_600;

/** The copies from one index to before another, of `count` in all, oldest first. In each second every template is copied once, in order. */
export function copiesOf(templates: readonly string[], count: number, from: number, to: number): Copy[] {
  const seconds = Math.ceil(count / templates.length);
  return Array.from({ length: Math.min(to, count) - from }, (_, index) => {
    const [place, size] = [from + index, templates.length];
    return { template: templates[place % size]!, secondsEarlier: gap + seconds - Math.floor(place / size) };
  });
}
