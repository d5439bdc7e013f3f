import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import {
  exportLine,
  loggedActions,
  readExportLine,
  verifyActions,
  type ExportedAction,
  type VerifiedActions,
} from '../actions/index.js';
import { OperatorError } from '../databases/errors.js';
import { printable } from '../printable.js';
import { command, print, type SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';

interface ExportFlags extends SystemFlags {
  readonly service?: string;
  readonly from?: Date;
  readonly to?: Date;
}

interface VerifyFlags extends SystemFlags {
  readonly service?: string;
  readonly against?: string;
}

function instantOf(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new InvalidArgumentError('give it as 2026-03-02T10:00:00Z');
  return instant;
}

/** Lines of an export. Throws OperatorError that names the first line that is none. */
function readExport(file: string): ExportedAction[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((text, at) => {
    if (text === '') return [];
    const action = readExportLine(text);
    if (!action) throw new OperatorError(`${file}:${at + 1} is no line of "tradewind actions export"`);
    return [action];
  });
}

export function actionsCommand(system: OperatedSystem): Command {
  function servicesOf(flags: SystemFlags & { readonly service?: string }): readonly string[] {
    const services = Object.keys(system.databases(flags));
    if (flags.service === undefined) return services;
    if (!services.includes(flags.service))
      throw new OperatorError(`"${flags.service}" has no database; there are ${services.join(', ')}`);
    return [flags.service];
  }

  async function exportActions(flags: ExportFlags): Promise<void> {
    const databases = system.databases(flags);
    // A terminal must not obey a text; in a file each character counts, because the hash covers it.
    const safe = process.stdout.isTTY ? printable : (text: string): string => text;
    for (const service of servicesOf(flags))
      for await (const action of loggedActions(databases, service, flags))
        process.stdout.write(`${safe(exportLine({ service, ...action }))}\n`);
  }

  async function verify(flags: VerifyFlags): Promise<void> {
    const databases = system.databases(flags);
    const exported = flags.against === undefined ? [] : readExport(flags.against);
    const verified: VerifiedActions[] = [];
    for (const service of servicesOf(flags)) verified.push(await verifyActions(databases, service, exported));
    print(flags, verified, () =>
      verified.map(({ service, actions, hash, fault }) =>
        fault === undefined
          ? `${service}: ${actions} actions fit${hash === '' ? '' : `, the last hash is ${hash}`}`
          : `${service}: ${fault}`,
      ),
    );
    if (verified.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
  }

  return new Command('actions')
    .description('The log of what staff and operators did.')
    .addCommand(
      command('export', 'Writes the actions as lines of JSON, each with its hash.', system.options)
        .option('--service <name>', 'of one service; without it of all')
        .option('--from <time>', 'not those before', instantOf)
        .option('--to <time>', 'only those before', instantOf)
        .action(exportActions),
    )
    .addCommand(
      command(
        'verify',
        'Recomputes the chain of hashes, and names the first action that does not fit. Exit code 1 if there is one.',
        system.options,
      )
        .option('--service <name>', 'of one service; without it of all')
        .option('--against <file>', 'an earlier export, whose actions must all be there unchanged')
        .action(verify),
    );
}
