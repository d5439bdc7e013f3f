import { defaultPorts, portNames } from '../../dist/tools/platform/shop/processes.js';
import { portSetting } from '../../dist/tools/platform/shop/ports.js';
import { topics } from '@tradewind/contracts';
import { secretNames } from '../../dist/tools/image/secret-files.js';
import { applications, services } from '../../dist/tools/services.js';
import { containerProblems, unknownScripts, workflowProblems } from './repository/commands.mjs';
import { chartProblems } from './repository/chart.mjs';
import { composeProblems } from './repository/compose.mjs';
import { databaseProblems, imageProblems, programProblems, projectProblems } from './repository/deployment.mjs';
import { environmentProblems, variablesInText, variablesOfServices } from './repository/environment.mjs';
import { installScriptProblems, lockFileProblems } from './repository/lock-file.mjs';
import { filesOver300Lines, rules } from './repository/rules.mjs';
import { secretsIn } from './repository/secrets.mjs';
import { readTree } from './repository/tree.mjs';
import { root } from './run-checks.mjs';

/* Rules about files, names, settings and deployment. Uses compiled files. */
const files = readTree(root);
const textOf = (path) => files.find((file) => file.path === path)?.text ?? '';
const programs = [...services, ...applications];
const settings = await variablesOfServices(root, programs);
const settingsOfServices = new Map();
for (const service of services)
  settingsOfServices.set(service.name, new Set((await variablesOfServices(root, [service])).keys()));
const ports = new Map(portNames.map((name) => [portSetting(name), String(defaultPorts[name])]));
const read = new Set([...settings.keys(), ...ports.keys(), ...variablesInText(files)]);

const problems = [
  ...rules.flatMap((rule) => rule(files)),
  ...environmentProblems(textOf('.env.example'), read, new Map([...settings, ...ports])),
  ...composeProblems(textOf('docker-compose.yml'), {
    services,
    providerPort: defaultPorts.provider,
    settingsOf: (name) => settingsOfServices.get(name),
    secretFiles: secretNames,
  }),
  ...chartProblems(files, {
    services,
    partitionsOf: (name) => Object.values(topics).find((topic) => topic.name === name).partitions,
    settingsOf: (name) => settingsOfServices.get(name),
    secretFiles: secretNames,
  }),
  ...databaseProblems(textOf('deploy/postgres/create-databases.sh'), services),
  ...projectProblems(files, programs),
  ...programProblems(files),
  ...imageProblems(textOf('deploy/Dockerfile')),
  ...unknownScripts(files),
  ...workflowProblems(files),
  ...containerProblems(files, Object.values(defaultPorts)),
  ...secretsIn(files),
  ...lockFileProblems(JSON.parse(textOf('package-lock.json'))),
  ...installScriptProblems(textOf('.npmrc')),
];
for (const file of filesOver300Lines(files)) process.stdout.write(`note: ${file}; over 300 it should be split\n`);
if (problems.length > 0) {
  process.stdout.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
}
