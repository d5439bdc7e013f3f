import { environmentDrift, variablesInText, variablesOfServices } from './house/environment.mjs';
import { growingFiles, rules } from './house/rules.mjs';
import { readTree } from './house/tree.mjs';
import { root } from './tally.mjs';
import { defaultPorts, portNames } from '../../dist/tools/platform/shop/processes.js';
import { portSetting } from '../../dist/tools/platform/shop/ports.js';

/* The rules of the house about files, names and settings. Needs what `tsc -b` has compiled. */
const files = readTree(root);
const services = await variablesOfServices(root);
const ports = new Map(portNames.map((name) => [portSetting(name), String(defaultPorts[name])]));
const read = new Set([...services.keys(), ...ports.keys(), ...variablesInText(files)]);
const example = files.find(({ path }) => path === '.env.example')?.text ?? '';

const faults = [
  ...rules.flatMap((rule) => rule(files)),
  ...environmentDrift(example, read, new Map([...services, ...ports])),
];
for (const growing of growingFiles(files)) process.stdout.write(`note: ${growing}; over 300 it should be split\n`);
if (faults.length > 0) {
  process.stdout.write(`${faults.join('\n')}\n`);
  process.exitCode = 1;
}
