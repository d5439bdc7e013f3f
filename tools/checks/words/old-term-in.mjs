import { findOldWords } from './find-old-words.mjs';
import { allowedWords, oldWords } from './old-words.mjs';

/** The first old word in the path of a file, with the term to use instead; undefined without one. */
export function oldTermIn(path) {
  const [found] = findOldWords([{ path, text: '' }], oldWords, allowedWords);
  return found && { term: found.word, instead: found.instead };
}
