import { CommandError } from '../platform/preflight/command-error.mjs';
import { composeServices } from '../checks/repository/compose.mjs';
import { formsOf } from '../checks/repository/template-name.mjs';
import { emptyNames } from '../checks/repository/rules.mjs';
import { oldTermIn } from '../checks/words/old-term-in.mjs';

const pattern = /^[a-z][a-z0-9]{2,}(-[a-z][a-z0-9]*)*$/;
/** The name is part of those of topics, databases, files and settings. */
const longest = 30;

/** First path segments of the gateway itself, and the folder that the import rules know as tests. */
const own = ['docs', 'docs-json', 'healthz', 'readyz', 'metrics', 'test'];
const notIdentifiers = /^(await|eval|arguments|undefined)$/;

/** Throws a CommandError of one line unless a new service can have the name. `read` returns the text of a file of the repository. */
export function checkName(name, read, templates) {
  const refuse = (reason) => {
    throw new CommandError(`a service cannot be called "${name}": ${reason}`);
  };
  if (!pattern.test(name)) refuse('use lower-case letters, digits and hyphens, such as "gift-card"');
  if (name.length > longest) refuse(`use at most ${longest} characters`);
  const matches = (path, regexp) => [...read(path).matchAll(regexp)].map(([, found]) => found);
  if (matches('tools/services.ts', /^ +(?:\{ )?name: '([\w-]+)'/gm).includes(name)) refuse('there is such a service');
  const libraries = Object.keys(JSON.parse(read('nest-cli.json')).projects);
  const containers = [...composeServices(read('docker-compose.yml')).keys()];
  const areas = matches('libs/contracts/src/index.ts', /'\.\/([\w-]+)\/index\.js'/g);
  const paths = matches('apps/gateway/src/domain/routes.ts', /^ {2}'?([\w-]+)'?: '[\w-]+',$/gm);
  if ([...own, ...libraries, ...containers, ...areas, ...paths].includes(name))
    refuse('a library, container, message or path of the shop has this name');
  const { newService: identifier } = formsOf(name);
  if (!isIdentifier(identifier) || declaredIn(templates).has(identifier)) refuse('the code uses this word itself');
  const path = `apps/${name}/src/${name}.module.ts`;
  if (emptyNames([{ path }]).length > 0) refuse('it does not say what the service does');
  const old = oldTermIn(path);
  if (old) refuse(`"${old.term}" is an old term of the glossary: use ${old.instead}`);
}

function isIdentifier(text) {
  try {
    new Function(`'use strict'; const ${text} = 0;`);
    return !notIdentifiers.test(text);
  } catch {
    return false;
  }
}

/** The names that the templates import or declare. */
function declaredIn(templates) {
  const lists = templates.flatMap(({ text }) =>
    [...text.matchAll(/import (?:type )?\{([^}]*)\}/g)].map(([, all]) => all),
  );
  const imported = lists.flatMap((all) => all.split(',')).map((each) => each.trim().split(' ').at(-1));
  const declared = templates.flatMap(({ text }) =>
    [...text.matchAll(/\b(?:const|class|function\*?|interface|type|let) (\w+)/g)].map(([, name]) => name),
  );
  return new Set([...imported, ...declared].filter((name) => name !== 'newService'));
}
