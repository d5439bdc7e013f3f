/*
 * Secrets that must not be in the repository. A text that only looks like one is made to differ: a test creates its secrets as it runs.
 */

/** Forms that are given by those who issue the secrets. */
const issued = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{82})\b/],
  ['a token of GitLab', /\bglpat-[\w-]{20}\b/],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{36}\b|:_authToken=(?!\$\{)[\w-]/],
  ['a token of Slack', /\bxox[abprs]-[\w-]{10}/],
  ['a key of Google', /\bAIza[\w-]{35}\b/],
  ['a key of Stripe', /\b[rs]k_live_[A-Za-z0-9]{16}/],
  ['a signed token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/],
];

/** A name that ends like that of a secret, with a value. In code, a value is a literal of at least 16 characters. */
const assigned = /\b[\w.-]*(?:secret|password|passwd|token|api_?key|private_?key)['"]?\s*[:=]\s*(?<value>\S+)/gi;

const randomBits = 3.5;

/** Bits a character: words have about 3, random base64 has more than 4. */
function entropyOf(text) {
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, n) => bits - (n / text.length) * Math.log2(n / text.length), 0);
}

/** Whether the assigned value is random: long, of more than one kind of characters, and of high entropy. */
function isRandom(value) {
  const [, literal] = /^['"`]?([A-Za-z0-9+/_-]{20,}={0,2})['"`]?[,;]?$/.exec(value) ?? [];
  if (literal === undefined) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(literal)).length;
  return kinds === 3 && entropyOf(literal) > randomBits;
}

/** One sentence for each line that contains a secret. */
export function secretsIn(files) {
  return files.flatMap(({ path, text }) =>
    text.length > 0 && path !== 'package-lock.json' ? secretsOf(path, text) : [],
  );
}

function secretsOf(path, text) {
  const at = (index) => text.slice(0, index).split('\n').length;
  const found = issued.flatMap(([what, pattern]) => {
    const match = pattern.exec(text);
    return match ? [[match.index, what]] : [];
  });
  for (const match of text.matchAll(assigned))
    if (isRandom(match.groups.value)) found.push([match.index, 'a random value of a secret']);
  return found.map(
    ([index, what]) =>
      `${path}:${at(index)} contains ${what}: revoke it, take it out of the history, and read it from a setting`,
  );
}
