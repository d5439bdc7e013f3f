import type { ModulesContainer } from '@nestjs/core';
import { MessageRegistry } from '../message/index.js';
import type { ConsumerOptions } from '../consumer/kafka-transport.js';
import type { MessagingFeature, MessagingOptions, MessagingSettings } from './messaging.options.js';

/** Injection token of what a feature module declares. */
export const featureToken = Symbol('tradewind.feature');

export interface DeclaredFeature {
  /** The name of its MessagingModule; undefined for the one without a name. */
  readonly name: string | undefined;
  readonly feature: MessagingFeature;
}

/** Joins the declarations of all feature modules of an application. Throws a TypeError where two contradict each other. */
export function optionsOf(
  settings: MessagingSettings,
  modules: ModulesContainer,
  name: string | undefined,
): MessagingOptions {
  const features = [...modules.values()].flatMap(({ providers }) => {
    const declared = providers.get(featureToken)?.instance as DeclaredFeature | undefined;
    return declared?.name === name && declared ? [declared.feature] : [];
  });
  const all = <T>(of: (feature: MessagingFeature) => readonly T[] | undefined): T[] => [
    ...new Set(features.flatMap((feature) => of(feature) ?? [])),
  ];
  const tables = all(({ tables }) => tables);
  const twice = tables.find(({ name: table }, at) => tables.findIndex((other) => other.name === table) !== at);
  if (twice) throw new TypeError(`the table ${twice.name} is declared twice: declare it once and import it`);
  return {
    service: settings.service,
    contracts: new MessageRegistry(all(({ messages }) => messages)),
    lockOrder: tables,
    sagas: all(({ sagas }) => sagas),
    effects: all(({ effects }) => effects),
    ignored: ignoredOf(features),
    ...(settings.deadLetters ? { deadLetters: settings.deadLetters } : {}),
    ...(settings.retention ? { retention: settings.retention } : {}),
    ...(settings.logHandled ? { logHandled: true } : {}),
    ...(settings.newDatabase ? { newDatabase: settings.newDatabase } : {}),
    ...(settings.effectConcurrency === undefined ? {} : { effectConcurrency: settings.effectConcurrency }),
  };
}

function ignoredOf(features: readonly MessagingFeature[]): NonNullable<ConsumerOptions['ignored']> {
  const byGroup: Record<string, NonNullable<ConsumerOptions['ignored']>[string]> = {};
  for (const { ignored = {} } of features)
    for (const [group, classes] of Object.entries(ignored)) byGroup[group] = [...(byGroup[group] ?? []), ...classes];
  return byGroup;
}
