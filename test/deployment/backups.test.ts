import { expect, it } from '@jest/globals';
import { describeWithTools } from '../tools.ts';
import { manifest, objectNamed, objectsOf, type KubernetesObject, type PodSpec } from './chart.ts';

const PINNED = 'registry.example.com/library-service-backup:1.0.0';

interface Template {
  readonly metadata: KubernetesObject['metadata'];
  readonly spec: PodSpec & { readonly restartPolicy?: string };
}
interface CronJob {
  readonly jobTemplate: {
    readonly spec: { readonly backoffLimit: number; readonly podFailurePolicy: object; readonly template: Template };
  };
}

const rendered = (more: readonly string[] = []) => objectsOf(manifest('prod', more));
/** The pod template of what archives the WAL, in a release. */
function receiver(tag: string, image: string): Template {
  const more = ['--set-string', `image.tag=${tag},backup.postgres.receiverImage=${image}`];
  const receive = objectNamed(rendered(more), 'Deployment', 'library-service-backup-wal');
  return (receive.spec as { template: Template }).template;
}

describeWithTools(['helm'], 'the backups of the Helm chart', () => {
  it('are taken again when they failed, but not when they alone could not be carried away', () => {
    const jobs = rendered().filter(({ kind }) => kind === 'CronJob');
    expect(jobs).toHaveLength(4);
    for (const { spec } of jobs) {
      const { backoffLimit, podFailurePolicy, template } = (spec as CronJob).jobTemplate.spec;
      expect([backoffLimit, template.spec.restartPolicy]).toEqual([2, 'Never']);
      const onExitCodes = { containerName: template.spec.containers[0].name, operator: 'In', values: [3] };
      expect(podFailurePolicy).toEqual({ rules: [{ action: 'FailJob', onExitCodes }] });
    }
  });

  it('go on receiving WAL during an upgrade, where the image of the receiver is pinned', () => {
    expect(receiver('2.0.0', PINNED)).toEqual(receiver('1.0.0', PINNED));
    expect(Object.keys(receiver('2.0.0', PINNED).metadata.labels ?? {}).toSorted()).toEqual([
      'app.kubernetes.io/component',
      'app.kubernetes.io/instance',
      'app.kubernetes.io/name',
      'library/backup',
    ]);
  });

  it('receive WAL by the image of the release, where none is pinned', () => {
    const image = (tag: string) => receiver(tag, '').spec.containers[0].image;
    expect([image('1.0.0'), image('2.0.0')]).toEqual([
      expect.stringMatching(/:1\.0\.0$/),
      expect.stringMatching(/:2\.0\.0$/),
    ]);
    expect(() => receiver('1.0.0', 'registry.example.com/library-service-backup:latest')).toThrow('receiverImage');
  });
});
