/** A past order that is to be made: whose story it repeats, and how many seconds before that it happened. */
export interface Copy {
  readonly story: string;
  readonly ago: number;
}

/** Seconds that lie between what is past and what is measured. */
const between = 3_600;

/** Of so many copies in all, the oldest first, those from one place to before another. In each second all stories are told once more, in their order. */
export function copiesOf(stories: readonly string[], count: number, from: number, to: number): Copy[] {
  const seconds = Math.ceil(count / stories.length);
  return Array.from({ length: Math.min(to, count) - from }, (_, index) => {
    const place = from + index;
    return { story: stories[place % stories.length]!, ago: between + seconds - Math.floor(place / stories.length) };
  });
}
