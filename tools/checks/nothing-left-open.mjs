import { TestEnvironment } from 'jest-environment-node';

/** What a test file may not leave behind: connections, servers and processes. Those of a pool take a moment to go. */
const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap'];
const patience = 6_000;

const open = () => process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind));

/** Node's environment, in which a file fails that leaves open what was not open before. */
export default class NothingLeftOpen extends TestEnvironment {
  #before = 0;

  async setup() {
    await super.setup();
    this.#before = open().length;
  }

  async teardown() {
    await super.teardown();
    const deadline = Date.now() + patience;
    while (open().length > this.#before && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (open().length > this.#before)
      throw new Error(
        `the tests have left open ${open().length - this.#before} of: ${[...new Set(open())].join(', ')}; close them in afterAll`,
      );
  }
}
