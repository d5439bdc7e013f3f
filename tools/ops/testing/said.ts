import type { Section } from '../audit/section.js';

/** What a section found, without the ids. */
export const said = ({ violations }: Section): string[] => violations.map(({ what }) => what);
