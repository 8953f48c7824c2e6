import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolders } from '../temporary-folder.ts';
import { describeWithTools } from '../tools.ts';

const PROJECT = join(import.meta.dirname, '../..');
const FILE = join(PROJECT, '.gitlab-ci.yml');

interface Job {
  readonly stage?: string;
  readonly extends?: string;
  readonly image?: string | { readonly name: string; readonly entrypoint?: readonly string[] };
  readonly variables?: Readonly<Record<string, string>>;
  readonly script?: readonly string[];
  readonly before_script?: readonly string[];
  readonly rules?: readonly { readonly if?: string; readonly when?: string }[];
  readonly environment?: { readonly name: string };
  readonly allow_failure?: boolean;
}
const document = parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, unknown>>;
const NOT_JOBS = ['stages', 'workflow', 'variables', 'default'];
const jobs = Object.entries(document).filter(([name]) => !NOT_JOBS.includes(name)) as [string, Job][];
const jobNamed = (name: string) => jobs.find(([each]) => each === name)?.[1];
const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

describeWithTools(['check-jsonschema', 'shellcheck', 'helm'], '.gitlab-ci.yml', (tools) => {
  it("is what GitLab's schema of pipelines allows", () => {
    const args = ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci', FILE];
    expect(execFileSync(tools['check-jsonschema'], args, { encoding: 'utf8' })).toContain('ok');
  });

  it('says nothing in its scripts that shellcheck finds fault with', () => {
    for (const [name, { script = [], before_script: before = [] }] of jobs) {
      const input = ['#!/bin/sh', ...before, ...script, ''].join('\n');
      // Variables of the pipeline are set outside (SC2154).
      const { stdout } = spawnSync(tools.shellcheck, ['--exclude', 'SC2154', '-'], { input, encoding: 'utf8' });
      expect([name, stdout]).toEqual([name, '']);
    }
  });

  it('calls helm with flags that helm knows', () => {
    for (const [, { script = [] }] of jobs) {
      for (const line of script.filter((each) => each.startsWith('helm '))) {
        const help = execFileSync(tools.helm, [line.split(' ')[1] ?? '', '--help'], { encoding: 'utf8' });
        for (const [flag] of line.matchAll(/(?<= )--[a-z-]+/g)) expect(help).toContain(flag);
      }
    }
  });
});

describe('the pipeline', () => {
  const folder = temporaryFolders();

  it('starts a shell in every image, also where the program of the image is another one', () => {
    const images = jobs.flatMap(([, { image }]) => image ?? []);
    const names = images.map((image) => (typeof image === 'string' ? image : image.name));
    expect(names.map((name) => name.replace(/:.*/, ''))).toEqual(['docker', 'alpine/helm', 'alpine/helm']);
    for (const image of images.slice(1)) expect(image).toMatchObject({ entrypoint: [''] });
  });

  it('builds images by the Docker service, over TLS', () => {
    expect(jobNamed('images')?.variables).toEqual({
      DOCKER_TLS_CERTDIR: '/certs',
      DOCKER_HOST: 'tcp://docker:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/certs/client',
    });
  });

  /** Runs the job `migrations` as the runner does, where npm is this script. Returns its status and what npm was asked. */
  function migrations(npm: string): { readonly status: number | null; readonly asked: readonly string[] } {
    const cwd = folder();
    mkdirSync(join(cwd, 'bin'));
    const script = `#!/bin/sh\necho "$*" >> asked\n${npm}\n`;
    writeFileSync(join(cwd, 'bin/npm'), script, { mode: 0o755 });
    const lines = jobNamed('migrations')?.script ?? [];
    const env = { PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` };
    const { status } = spawnSync('bash', ['-eo', 'pipefail', '-c', lines.join('\n')], { cwd, env, encoding: 'utf8' });
    return { status, asked: readFileSync(join(cwd, 'asked'), 'utf8').trim().split('\n') };
  }

  it('takes every migration back before it applies them again', () => {
    const npm = `case "$*" in
      'run migrate') echo 2 > applied ;;
      *--down) echo $(($(cat applied) - 1)) > applied ;;
      *) for n in 1 2; do
           if [ "$n" -le "$(cat applied)" ]; then echo "000$n  2026-01-01"; else echo "000$n  not applied"; fi
         done ;;
    esac`;
    const { status, asked } = migrations(npm);
    expect(status).toBe(0);
    expect(asked.filter((each) => !each.endsWith('--status'))).toEqual([
      'run migrate',
      ...['run migrate -- --down', 'run migrate -- --down'],
      'run migrate',
    ]);
  });

  it('fails when it cannot learn which migrations are applied, or learns of none', () => {
    expect(migrations(`case "$*" in *--status) exit 1 ;; esac`).status).not.toBe(0);
    expect(migrations('true').status).not.toBe(0);
  });

  it('goes from checks and tests by an image and two environments to production', () => {
    expect(document['stages']).toEqual(['check', 'test', 'images', 'dev', 'staging', 'production']);
    const staged = (stage: string) => jobs.filter(([, job]) => job.stage === stage).map(([name]) => name);
    expect(staged('check')).toEqual(['lint', 'audit']);
    expect(staged('test')).toEqual(['unit', 'integration', 'migrations']);
    expect(staged('images')).toEqual(['images']);
    expect([...staged('dev'), ...staged('staging')]).toEqual(['deploy-dev', 'deploy-staging']);
    expect(staged('production')).toEqual(['deploy-prod', 'rollback-prod']);
  });

  it('lets nothing into production but a tag, and only by hand', () => {
    for (const [, { rules = [] }] of jobs.filter(([, { stage }]) => stage === 'production')) {
      expect(rules).toEqual([expect.objectContaining({ if: '$CI_COMMIT_TAG', when: 'manual' })]);
    }
    // Not allowed to fail: the pipeline waits for the person.
    expect(jobNamed('deploy-prod')?.allow_failure).toBe(false);
  });

  it('deploys the values of each environment with the image of the commit, and takes back what does not come up', () => {
    const [upgrade = ''] = jobNamed('.deploy')?.script ?? [];
    expect(upgrade).toContain('--values "k8s/library-service/values-$CI_ENVIRONMENT_NAME.yaml"');
    expect(upgrade).toContain('--set-string "image.tag=$TAG"');
    expect(upgrade).toContain('--rollback-on-failure');
    for (const [, { environment }] of jobs.filter(([, job]) => job.extends === '.deploy')) {
      expect(existsSync(join(PROJECT, `k8s/library-service/values-${environment?.name}.yaml`))).toBe(true);
    }
  });

  it('runs commands that are there', () => {
    for (const [, { script = [] }] of jobs) {
      for (const line of script) {
        for (const [, name = ''] of line.matchAll(/npm run (?:-s )?([a-z:]+)/g))
          expect(Object.keys(scripts)).toContain(name);
        const file = /^(scripts\/\S+)/.exec(line)?.[1];
        if (file !== undefined) expect([file, existsSync(join(PROJECT, file))]).toEqual([file, true]);
      }
    }
    expect(jobNamed('integration')?.script?.at(-1)).toBe('REQUIRE_SERVERS=1 npm test');
  });
});
