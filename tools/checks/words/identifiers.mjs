const identifier = /[#@]?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const number = /\d[\w.]*/y;
const blank = /\s+/y;
const lineComment = /\/\/[^\n]*/y;
const blockComment = /\/\*[\s\S]*?\*\//y;
const quoted = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y;
const regexLiteral = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const templateText = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;

/** Keywords after which a slash starts a regular expression. */
const beforeOperand = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'await',
  'yield',
  'throw',
  'new',
  'delete',
  'void',
]);

/**
 * The identifiers of a TypeScript or JavaScript text, with their lines. Skips comments, strings and regular expressions; includes the
 * expressions of templates. A scanner, not a parser: fast, and good enough for names.
 * @param {string} text
 * @returns {{ name: string, line: number }[]}
 */
export function identifiersOf(text) {
  const found = [];
  const templates = []; // for each open template: the depth of braces inside its current expression
  let at = 0;
  let line = 1;
  let lineUpTo = 0;
  let operandExpected = true; // then a slash starts a regular expression; else it divides
  const match = (pattern) => {
    pattern.lastIndex = at;
    const result = pattern.exec(text)?.[0];
    if (result) at += result.length;
    return result;
  };
  const lineAt = (offset) => {
    for (; lineUpTo < offset; lineUpTo++) if (text.charCodeAt(lineUpTo) === 10) line++;
    return line;
  };
  const skipTemplateText = () => {
    match(templateText);
    if (text[at] === '`') at += 1;
    else if (text[at] === '$') {
      at += 2;
      templates.push(0);
      operandExpected = true;
      return;
    }
    operandExpected = false;
  };
  while (at < text.length) {
    const start = at;
    if (match(blank) || match(lineComment) || match(blockComment)) continue;
    if (match(quoted) || (operandExpected && match(regexLiteral)) || match(number)) {
      operandExpected = false;
      continue;
    }
    const name = match(identifier);
    if (name) {
      found.push({ name, line: lineAt(start) });
      operandExpected = beforeOperand.has(name);
      continue;
    }
    const char = text[at++];
    if (char === '`') skipTemplateText();
    else if (char === '{' && templates.length > 0) templates[templates.length - 1]++;
    else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      skipTemplateText();
      continue;
    } else if (char === '}' && templates.length > 0) templates[templates.length - 1]--;
    if (char !== '`') operandExpected = !/[)\]}]/.test(char);
  }
  return found;
}
