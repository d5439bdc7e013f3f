import type { Section } from './section.js';

/** For specs: the violations of a section without their ids. */
export const textsOf = ({ violations }: Section): string[] => violations.map(({ what }) => what);
