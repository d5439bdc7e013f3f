/*
 * What package-lock.json may install. `npm audit` asks a registry for known vulnerabilities; these rules need no network.
 */

/** Licences that allow the use of a package in a program of any licence. */
const licences = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Python-2.0',
]);
/** Packages of a free licence that they state elsewhere than in package.json. */
const statedElsewhere = new Set(['busboy', 'streamsearch']);

const isAllowed = (licence) => licence.split(/ (?:AND|OR) /).every((each) => licences.has(each.replace(/[()]/g, '')));

/** One sentence for each package that must not be installed. */
export function lockFileProblems({ lockfileVersion, packages }) {
  const problems = lockfileVersion === 3 ? [] : [`package-lock.json has version ${lockfileVersion}, expected 3`];
  for (const [place, { link, resolved, integrity, license }] of Object.entries(packages)) {
    const name = place.split('node_modules/').at(-1);
    if (!place.includes('node_modules/') || link) continue;
    if (!integrity?.startsWith('sha512-'))
      problems.push(`package-lock.json: ${name} has no integrity by SHA-512, so its content is not verified`);
    if (resolved !== undefined && !resolved.startsWith('file:'))
      problems.push(`package-lock.json: ${name} does not come from the registry that npm uses: ${resolved}`);
    if (!statedElsewhere.has(name) && !isAllowed(license ?? 'none'))
      problems.push(
        `package-lock.json: ${name} has the licence ${license ?? 'none'}, which is not in the list of this rule`,
      );
  }
  return problems;
}

/** Code of packages must not run when they are installed, with any version of npm. */
export const installScriptProblems = (npmrc) =>
  /^ignore-scripts=true$/m.test(npmrc)
    ? []
    : ['.npmrc: has no ignore-scripts=true, so packages run code when they are installed'];
