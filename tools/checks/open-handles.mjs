import { TestEnvironment } from 'jest-environment-node';

/** A test file must close its connections, servers and processes. Those of a pool take a moment to close. */
const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap'];
const closeTimeoutMs = 6_000;

const open = () => process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind));

/** Jest's Node environment; a test file fails when it leaves handles open. */
export default class OpenHandles extends TestEnvironment {
  #before = 0;

  async setup() {
    await super.setup();
    this.#before = open().length;
  }

  async teardown() {
    await super.teardown();
    const deadline = Date.now() + closeTimeoutMs;
    while (open().length > this.#before && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (open().length > this.#before)
      throw new Error(
        `the tests have left open ${open().length - this.#before} of: ${[...new Set(open())].join(', ')}; close them in afterAll`,
      );
  }
}
