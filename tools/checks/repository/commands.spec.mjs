import { describe, expect, it } from '@jest/globals';
import { containerProblems, unknownScripts, workflowProblems } from './commands.mjs';

const manifest = { path: 'package.json', text: '{"scripts":{"check":"x"},"engines":{"node":">=20.19"}}' };
const readme = { path: 'README.md', text: '# A\n\n```sh\nnpm ci\nnpm test  # all\n```\n' };
const workflow = `jobs:
  test:
    timeout-minutes: 5
    strategy:
      matrix:
        node: ['20.19', '24']
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: |
          npm run check
          npm test -- pure
`;

describe('a script', () => {
  const named = (path, text) => unknownScripts([manifest, { path, text }]);

  it.each([
    ['docs/tour.md', 'first `npm run check`, then `npm run lint`.'],
    ['.github/workflows/ci.yml', 'run: npm run check && npm run lint'],
    ['.devcontainer/devcontainer.json', '"npm run lint"'],
  ])('that does not exist is reported in %s', (path, text) =>
    expect(named(path, text)).toEqual([`${path}:1 names "npm run lint", which is no script of package.json`]),
  );
  it('that exists is not reported', () => expect(named('README.md', '`npm run check`.')).toEqual([]));
  it('is not looked for in code', () => expect(named('tools/x.mjs', 'npm run lint')).toEqual([]));
});

describe('the workflows', () => {
  const problems = (from, to) =>
    workflowProblems([manifest, readme, { path: '.github/workflows/ci.yml', text: workflow.replace(from, to) }]);

  it('that run the commands of the README have no problem', () => expect(problems('', '')).toEqual([]));
  it('are missed', () => expect(workflowProblems([manifest, readme])).toEqual(['.github/workflows: has no workflow']));

  it.each([
    ['is no YAML', 'steps:', 'steps: [', /ci\.yml: ./],
    ['uses an action without a version', '@v4', '', 'ci.yml: test uses actions/checkout without a version'],
    ['may run for hours', '    timeout-minutes: 5\n', '', 'ci.yml: test has no timeout-minutes'],
    ['lacks a command of the README', 'npm test', 'npm run tests', 'no workflow runs "npm test"'],
    ['starts with another Node', '20.19', '22', 'does not start with Node 20.19'],
  ])('are reported when one %s', (_case, from, to, message) =>
    expect(problems(from, to)).toContainEqual(
      typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    ),
  );
});

describe('the development container', () => {
  const problems = (container) =>
    containerProblems([{ path: '.devcontainer/devcontainer.json', text: JSON.stringify(container) }], [3000, 15432]);

  it('that forwards and describes ports of the shop has no problem', () =>
    expect(problems({ forwardPorts: [3000], portsAttributes: { 3000: { label: 'gateway' } } })).toEqual([]));
  it.each([
    ['forwards another port', { forwardPorts: [8080], portsAttributes: { 8080: {} } }],
    ['does not describe a port', { forwardPorts: [15432] }],
    ['describes a port that is not forwarded', { portsAttributes: { 3000: {} } }],
  ])('is reported when it %s', (_case, container) => expect(problems(container)).toHaveLength(1));
});
