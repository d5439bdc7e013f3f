import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageDescription, ServiceDescription } from '@tradewind/messaging/internals';
import type { JsonSchema } from '@tradewind/messaging/message';
import { root } from '../../tools/platform/process/paths.js';
import type { FieldReaders } from './field-readers.js';

type Handled = ServiceDescription['consumers'][number]['handles'][number] & { readonly group: string };

const styles = readFileSync(join(root, 'test/contracts/contracts-page.css'), 'utf8');

/** One static page: who publishes and who consumes each message, its versions, and which of its fields each consumer reads. */
export function contractsPage(services: readonly ServiceDescription[], readers: FieldReaders): string {
  const topics = [...new Map(services.flatMap((each) => each.topics).map((topic) => [topic.name, topic])).values()];
  const messages = [...new Map(services.flatMap((each) => each.messages).map((each) => [each.type, each])).values()];
  const on = (topic: string): MessageDescription[] =>
    messages.filter((message) => message.topic === topic).sort((one, other) => (one.type < other.type ? -1 : 1));
  const shown = topics.filter(({ name }) => on(name).length > 0).sort((one, other) => (one.name < other.name ? -1 : 1));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Contracts of the Tradewind shop</title>
<style>
${styles}</style>
</head>
<body>
<header>
<h1>Contracts</h1>
<p>${messages.length} messages on ${shown.length} topics between ${services.length} services. Written by <code>npm run contracts</code> from what the services declare. The same for programs: <a href="asyncapi.json">asyncapi.json</a>. Step by step: <a href="sagas.md">sagas</a>.</p>
<p>What a consumer reads was found by running its handlers over recorded messages; a field that it reads only in other circumstances is not marked.</p>
</header>
<nav aria-label="Topics"><ul>
${shown.map(({ name }) => `<li><a href="#${name}">${name}</a> <small>${on(name).length}</small></li>`).join('\n')}
</ul></nav>
<main>
${matrix(
  services,
  shown.map(({ name }) => name),
)}
${shown.map((topic) => topicSection(topic, on(topic.name), services, readers)).join('\n')}
</main>
</body>
</html>
`;
}

const escaped = (text: unknown): string =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const chip = (text: string, kind: string): string => `<span class="chip ${kind}">${escaped(text)}</span>`;

/** Who publishes to and who consumes each topic. */
function matrix(services: readonly ServiceDescription[], topics: readonly string[]): string {
  const cell = ({ service, topics: known, consumers }: ServiceDescription, topic: string): string =>
    [
      known.some(({ name, owner }) => name === topic && owner === service) ? chip('publishes', 'send') : '',
      ...consumers.filter((each) => each.topics.includes(topic)).map(({ group }) => chip(group, 'receive')),
    ].join(' ');
  return `<section aria-labelledby="who"><h2 id="who">Who publishes, who consumes</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Services and topics"><table>
<thead><tr><th scope="col">topic</th>${services.map(({ service }) => `<th scope="col">${service}</th>`).join('')}</tr></thead>
<tbody>
${topics.map((topic) => `<tr><th scope="row"><a href="#${topic}">${topic}</a></th>${services.map((service) => `<td>${cell(service, topic)}</td>`).join('')}</tr>`).join('\n')}
</tbody></table></div></section>`;
}

function topicSection(
  { name, owner, partitions, carries, unknownTypes }: ServiceDescription['topics'][number],
  messages: readonly MessageDescription[],
  services: readonly ServiceDescription[],
  readers: FieldReaders,
): string {
  const ignores = services.flatMap(({ consumers }) => consumers.filter(({ topics }) => topics.includes(name)));
  return `<section aria-labelledby="${name}"><h2 id="${name}">${name}</h2>
<p>${carries === 'commands' ? 'Commands' : 'Events'}, published by <b>${owner}</b>, ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}. Types that a consumer does not know are ${unknownTypes === 'skip' ? 'skipped' : 'dead-lettered'}.</p>
${messages
  .map((message) => {
    const handled = ignores.flatMap(({ group, handles }) =>
      handles.filter(({ type }) => type === message.type).map((each): Handled => ({ ...each, group })),
    );
    const ignored = ignores.filter((each) => each.ignores.includes(message.type)).map(({ group }) => group);
    return messageSection(message, handled, ignored, readers);
  })
  .join('\n')}
</section>`;
}

function messageSection(
  message: MessageDescription,
  handled: readonly Handled[],
  ignored: readonly string[],
  readers: FieldReaders,
): string {
  const { type, key, version, readableSince, upcastsFrom, tombstone, schema } = message;
  const versions = [
    `version ${version}`,
    ...(upcastsFrom.length > 0 ? [`upcast from ${upcastsFrom.join(', ')}`] : []),
    ...(readableSince < version ? [`readable since ${readableSince}`] : []),
  ];
  return `<article id="${type}"><h3><a href="#${type}">${type}</a> <small>${versions.join(' · ')} · key ${escaped(key)}</small></h3>
<p>${handled.map(({ group, kind, sagas }) => chip(`${group}: ${sagas ? `saga ${sagas.join(', ')}` : kind}`, 'receive')).join(' ')}${handled.length === 0 ? chip('no consumer', 'none') : ''}${ignored.length > 0 ? ` <small>ignored by ${ignored.join(', ')}</small>` : ''}</p>
${tombstone ? '<p>Deletes its key: the record has a key and no value.</p>' : fieldTable(type, schema, handled, readers)}
</article>`;
}

/** The fields with their rules, and a mark where a consumer reads one. */
function fieldTable(type: string, schema: JsonSchema, handled: readonly Handled[], readers: FieldReaders): string {
  const mark = (group: string, field: string): string => {
    const reads = readers.get(`${group} ${type}`);
    if (!reads) return '<td class="unread">not tried</td>';
    return reads.some((read) => read === field || field.startsWith(`${read}.`) || field.startsWith(`${read}[]`))
      ? '<td class="read">reads</td>'
      : '<td class="unread">–</td>';
  };
  return `<div class="scroll" tabindex="0" role="region" aria-label="Fields of ${type}"><table class="fields">
<thead><tr><th scope="col">field</th><th scope="col">rules</th>${handled.map(({ group }) => `<th scope="col">${group}</th>`).join('')}</tr></thead>
<tbody>
${leavesOf(schema)
  .map(
    ({ field, rules, required }) =>
      `<tr><th scope="row"><code>${escaped(field)}</code>${required ? '' : ' <small>optional</small>'}</th><td>${escaped(rules)}</td>${handled.map(({ group }) => mark(group, field)).join('')}</tr>`,
  )
  .join('\n')}
</tbody></table></div>`;
}

interface Leaf {
  readonly field: string;
  readonly rules: string;
  readonly required: boolean;
}

const leavesOf = ({ properties = {}, required = [] }: JsonSchema, path = ''): Leaf[] =>
  Object.entries(properties).flatMap(([name, schema]) => {
    const field = path ? `${path}.${name}` : name;
    const isRequired = required.includes(name);
    if (schema.items?.properties) return leavesOf(schema.items, `${field}[]`);
    if (schema.properties) return leavesOf(schema, field);
    return [{ field, rules: rulesOf(schema), required: isRequired }];
  });

/** The rules of a field in a line. A pattern is shortened. */
function rulesOf({ type, format, pattern, enum: values, items, ...limits }: JsonSchema): string {
  const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
  return [
    items ? `${type ?? 'list'} of ${rulesOf(items)}` : (type ?? 'any'),
    ...(format ? [format] : []),
    ...(values ? [values.map((value) => JSON.stringify(value)).join(' | ')] : []),
    ...(pattern ? [short(pattern)] : []),
    ...Object.entries(limits).map(([name, value]) => `${name} ${String(value)}`),
  ].join(', ');
}
