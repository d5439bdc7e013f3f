import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/*
 * `npm run chart:check [-- --server]`: lints the chart with every set of values, and renders it. With --server, the API server of kubectl's context
 * checks every object (a strict dry run: nothing is created), in a namespace of the pod security level "restricted". Needs helm, and kubectl.
 */
const chart = fileURLToPath(new URL('../../deploy/chart', import.meta.url));
const server = process.argv.includes('--server');
/** The oldest Kubernetes that the chart supports. */
const supported = ['--kube-version', '1.29.0'];
const namespace = 'tradewind-check';
const run = (program, args, options = {}) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });

/** Objects of operators that the API server may not have. */
const missingKinds = new Set();

/** The pods of an object as a namespace of that level would admit them: a server checks pods only when they are created. */
function podsOf(manifest) {
  return parseAllDocuments(manifest)
    .map((document) => document.toJS())
    .filter((object) => object?.spec?.template?.spec)
    .map(({ kind, metadata, spec }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${kind.toLowerCase()}-${metadata.name}`, labels: spec.template.metadata?.labels },
      spec: {
        restartPolicy: 'Always',
        ...spec.template.spec,
        volumes: [
          ...(spec.template.spec.volumes ?? []),
          ...(spec.volumeClaimTemplates ?? []).map(({ metadata: { name } }) => ({ name, emptyDir: {} })),
        ],
      },
    }));
}

function applyDry(input, what) {
  const { status, stdout, stderr } = spawnSync(
    'kubectl',
    ['-n', namespace, 'apply', '--dry-run=server', '--validate=strict', '-f', '-'],
    { input, encoding: 'utf8' },
  );
  for (const [, kind] of stderr.matchAll(/no matches for kind "(\w+)"/g)) missingKinds.add(kind);
  const problems = stderr
    .split('\n')
    .filter(
      (line) => line && !/no matches for kind|ensure CRDs are installed first|resource mapping not found/.test(line),
    );
  if (problems.length > 0 || (status !== 0 && missingKinds.size === 0)) {
    process.exitCode = 1;
    process.stdout.write(`${what}:\n${problems.join('\n') || stderr}\n`);
  }
  return stdout.trim().split('\n').filter(Boolean).length;
}

if (server) {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  run('kubectl', ['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }),
  });
}
for (const file of readdirSync(join(chart, 'values')).toSorted()) {
  const values = ['-f', join(chart, 'values', file)];
  run('helm', ['lint', '--strict', '--quiet', chart, ...values]);
  const manifest = run('helm', ['template', 'shop', chart, '--namespace', namespace, ...supported, ...values]);
  const objects = parseAllDocuments(manifest).filter((document) => document.toJS() !== null).length;
  let line = `${file}: ${objects} objects`;
  if (server) {
    const accepted = applyDry(manifest, file);
    const pods = podsOf(manifest);
    const admitted = applyDry(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }), `${file}, its pods`);
    line += `, ${accepted} accepted by the API server; of ${pods.length} pods ${admitted} admitted as restricted`;
  }
  process.stdout.write(`${line}\n`);
}
if (missingKinds.size > 0)
  process.stdout.write(`not checked, the server does not know them: ${[...missingKinds].join(', ')}\n`);
