import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_USER_ID } from '../../lib/library/demo-user.ts';
import { embeddedEnvironment } from './embedded-product.ts';

const REPL = path.resolve(import.meta.dirname, '../../scripts/repl.ts');
const START_MS = 60_000;

/** The operators' prompt over pipes: types a line and waits for what it prints. */
class Prompt {
  readonly #child: ChildProcess;
  #output = '';
  #heard: () => void = () => undefined;

  constructor(folder: string) {
    const env = {
      ...process.env,
      ...embeddedEnvironment(folder),
      LIBRARY_HTTP_PORT: '0',
      LIBRARY_GRPC_PORT: '0',
      HOME: folder,
    };
    this.#child = spawn(process.execPath, [REPL], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
      this.#heard();
    });
  }

  /** Resolves with everything printed since the last call, once it matches. */
  async until(expected: RegExp): Promise<string> {
    while (!expected.test(this.#output)) await new Promise<void>((resolve) => (this.#heard = resolve));
    const heard = this.#output;
    this.#output = '';
    return heard;
  }

  ask(line: string, expected: RegExp): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    return this.until(expected);
  }

  async end(): Promise<number | null> {
    const code = new Promise<number | null>((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    return code;
  }
}

describe("the operators' prompt on the embedded product", () => {
  let folder: string;
  let prompt: Prompt;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'library-repl-'));
    prompt = new Prompt(folder);
    await prompt.until(/Type `help`/);
  }, START_MS);
  afterAll(async () => {
    await prompt.end();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);

  it('shows the shards of every engine', async () => {
    expect(await prompt.ask('shards', /live sessions\n/)).toMatch(/1024 shards, 0 live sessions/);
  });

  it('shows what the engine holds of a user and of a session', async () => {
    expect(await prompt.ask(`user ${DEMO_USER_ID}`, /in memory of/)).toContain('0 sessions in memory of');
    const unknown = '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21';
    expect(await prompt.ask(`session ${unknown}`, /never was/)).toContain(`No engine holds session ${unknown}`);
  });

  it('answers nonsense with one line and lives on', async () => {
    expect(await prompt.ask('user nonsense', /not a UUID/)).toContain('not a UUID: nonsense');
    expect(await prompt.ask('drain nowhere', /there is no engine/)).toContain('there is no engine node nowhere');
  });

  it('refuses to drain the last engine, whose shards nobody could take', async () => {
    const heard = await prompt.ask('shards', /live sessions\n/);
    const node = /^(\S+)\s+member/m.exec(heard)?.[1] ?? '';
    expect(await prompt.ask(`drain ${node}`, /last engine/)).toContain('nobody could take its shards');
  });

  it('flushes on request, and writes down who asked for it', async () => {
    expect(await prompt.ask('flush --as jo', /PostgreSQL/)).toContain("0 users' sessions written to PostgreSQL");
    expect(await prompt.ask('audit', /latest first/)).toMatch(/operator\.flush\s+jo .*"outcome":"done"/);
  });

  it('explains all commands, and each of them, ours as well as Moleculer’s', async () => {
    expect(await prompt.ask('help', /Moleculer's/)).toMatch(/rebalance \[--yes\].*\n/);
    expect(await prompt.ask('help rebalance', /rebalance --yes --limit 16/)).toContain('No request fails by it');
    expect(await prompt.ask('help emit', /Usage/)).toContain('emit');
    expect(await prompt.ask('help nonsense', /no command/)).toContain('there is no command "nonsense"');
  });

  it('goes on looking until Enter is pressed', async () => {
    const line = '0 events wait';
    await prompt.ask('outbox --watch --every 1', new RegExp(`${line}[^]*${line}[^]*${line}`));
    expect(await prompt.ask('', /library \$/)).toBeDefined();
    expect(await prompt.ask('rebalance', /wants it/)).toContain('Every shard is where placement wants it.');
  });

  it('shows every node, its figures, and who keeps the engines busy', async () => {
    expect(await prompt.ask('cluster', /1 nodes/)).toMatch(/gateway,engine,domain,bridge .* ready/);
    expect(await prompt.ask('figures library.engine', /figures;/)).toMatch(
      /library\.engine\.shards\.configured\s.*1024/,
    );
    expect(await prompt.ask('top', /on 1 engines/)).toContain('0.0 heartbeats/s, 0.0 turns/s');
  });
});
