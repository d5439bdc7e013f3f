import { spawn } from 'node:child_process';

/**
 * Runs a program and collects its output.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number | null, output: string }>} code null when the program does not exist
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) =>
      'code' in error && error.code === 'ENOENT' ? resolve({ code: null, output: '' }) : reject(error),
    );
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
