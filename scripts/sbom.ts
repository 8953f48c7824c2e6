/**
 * `npm run -s sbom`: the bill of materials of an installation without development tools, CycloneDX in JSON.
 *
 * npm 11's own `--omit=dev` also leaves out what both the product and its tools use: `yaml`, `lru-cache` and a hundred more;
 * and its mark of what is for development is that of the first of several copies. So npm lists everything, and what the lock
 * file has for development only is taken out here.
 */
import { spawnSync } from 'node:child_process';
import { lockedPackages } from './audit/locked-packages.ts';
import { PROJECT_ROOT } from '../lib/http/project-files.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const LONGEST_BYTES = 64 * 1024 * 1024;

const { status, stdout, stderr, error } = spawnSync(
  'npm',
  ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'],
  {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
    maxBuffer: LONGEST_BYTES,
  },
);
if (status === 0) {
  console.log(JSON.stringify(withoutTools(JSON.parse(stdout) as Bom), null, 2));
} else {
  console.error(`sbom: npm cannot list the packages: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  process.exitCode = 1;
}

function withoutTools(bom: Bom): Bom {
  const installed = new Set(lockedPackages(PROJECT_ROOT).map(({ name, version }) => `${name}@${version}`));
  const isTool = ({ name, version }: Component): boolean => !installed.has(`${name}@${version}`);
  const tools = new Set(bom.components.filter(isTool).map((component) => component['bom-ref']));
  return {
    ...bom,
    components: bom.components.filter((component) => !isTool(component)),
    dependencies: bom.dependencies
      .filter(({ ref }) => !tools.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((on) => !tools.has(on)) })),
  };
}
