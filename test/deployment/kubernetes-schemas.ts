import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../scripts/tools/tool.ts';

/** The oldest Kubernetes that Chart.yaml takes, and the newest whose schemas are there. */
export const KUBERNETES_VERSIONS = ['1.30.0', '1.37.0'] as const;

/** The JSON Schemas of Kubernetes, where kubeconform finds them: a folder and how files are named in it. */
export interface KubernetesSchemas {
  readonly location: string;
  readonly remove: () => void;
}

/**
 * The schemas of a Python package, which lie there for another program: its references name a path from the root of a
 * server, and its identifiers a server that is not asked.
 */
export function kubernetesSchemas(): KubernetesSchemas {
  const source = packageFolder('kubernetes-validate', 'kubernetes_validate');
  if (source === null) throw new Error('there are no schemas of Kubernetes: run scripts/install-tools');
  const folder = mkdtempSync(join(tmpdir(), 'library-kubernetes-'));
  for (const version of KUBERNETES_VERSIONS) {
    const from = join(source, 'kubernetes-json-schema', `v${version}-local-strict`);
    const to = join(folder, `v${version}-strict`);
    mkdirSync(to);
    for (const name of readdirSync(from)) {
      const text = readFileSync(join(from, name), 'utf8')
        .replaceAll('/api/_definitions.json', '_definitions.json')
        .replace(/,\s*"\$id": "https:\/\/kubernetes\.io[^"]*"/, '');
      writeFileSync(join(to, name), text);
    }
  }
  return {
    location: `${folder}/{{ .NormalizedKubernetesVersion }}{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json`,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
