import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONFIG_KEYS } from '../../../lib/config/keys.ts';
import { CONSUMED_TOPICS } from '../../../lib/contract/events/consumed.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';
import { OPERATOR_COMMANDS } from '../../../services/operator-commands.ts';
import { ALERTS, ALL_RULES, unknownOf } from '../../alert-rules.ts';
import { selectedBy } from '../../promql.ts';
import { blocksOf, RUNBOOK } from '../../runbook.ts';

const sections = RUNBOOK.split(/^## /m).slice(1);
const nameOf = (section: string): string => section.split('\n', 1)[0] ?? '';
const severitiesOf = (alert: string): Set<string> =>
  new Set(ALL_RULES.filter((rule) => rule.alert === alert).map(({ labels }) => labels?.['severity'] ?? ''));

describe('docs/runbook.md', () => {
  it('has a section for every alert, and no other', () => {
    expect(sections.map(nameOf).sort()).toEqual([...ALERTS].sort());
  });

  it.each(sections.map((section) => [nameOf(section), section] as const))(
    'says of %s what it means, how to look, what to do and how to know that it worked',
    (name, section) => {
      const parts = [...section.matchAll(/^\*\*(\w+)\*\*/gm)].map(([, part]) => part);
      expect(parts).toEqual(['Means', 'Look', 'Do', 'Worked']);
      const [, said = ''] = /^\*\*Means\*\* \(([^)]*)\)/m.exec(section) ?? [];
      for (const severity of severitiesOf(name)) expect(said).toContain(severity);
    },
  );

  it('names only alerts that there are', () => {
    for (const [name] of RUNBOOK.matchAll(/\bLibrary[A-Z]\w+/g)) expect(ALERTS).toContain(name);
  });

  it('types only commands that operators have, with arguments that they take', () => {
    const typed = [...RUNBOOK.matchAll(/npm run -s ops -- ([a-z]+)/g)].map(([, command]) => command);
    expect(typed.length).toBeGreaterThan(20);
    const commands = OPERATOR_COMMANDS.map(({ name }) => name);
    for (const command of typed) expect(commands).toContain(command);
    for (const [, topic = ''] of RUNBOOK.matchAll(/ops -- replay ([a-z-]+)/g)) expect(CONSUMED_TOPICS).toContain(topic);
  });

  it.each(blocksOf('promql').flatMap((block) => block.split('\n').filter((line) => line !== '')))(
    'asks Prometheus only for what is shown: %s',
    (expr) => expect(unknownOf(selectedBy(expr))).toEqual([]),
  );

  it('names only metrics that there are, and only settings that there are', () => {
    const named = [...RUNBOOK.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
    for (const text of named.filter((one) => /^(library|nodejs|process|moleculer|kube)_\w+(\{[^}]*\})?$/.test(one))) {
      expect([text, unknownOf(selectedBy(text))]).toEqual([text, []]);
    }
    const groups = new Set(CONFIG_KEYS.map(({ path }) => path.split('.')[0]));
    const settings = named.filter((one) => /^[a-z]+\.[a-zA-Z]+$/.test(one) && groups.has(one.split('.')[0]));
    expect(settings.length).toBeGreaterThan(2);
    for (const setting of settings) expect(CONFIG_KEYS.map(({ path }) => path)).toContain(setting);
  });

  it('quotes lines of the log as they are written', () => {
    const code = globSync(['services/**/*.ts', 'lib/**/*.ts'], { cwd: PROJECT_ROOT })
      .map((file) => readFileSync(join(PROJECT_ROOT, file), 'utf8'))
      .join('\n');
    const messages = new Set(
      [...code.matchAll(/msg: '([^']+)'|\}, '([^']+)'\)/g)].map(([, one, other]) => one ?? other),
    );
    const quoted = [...RUNBOOK.matchAll(/log[^`.;]*?(?:says|:)? ?((?:(?:, | or )?`[a-z][a-zA-Z, ]+`)+)/g)]
      .flatMap(([, list = '']) => [...list.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))
      .filter((text) => text.includes(' '));
    expect(quoted.length).toBeGreaterThan(15);
    for (const text of quoted) expect([text, messages.has(text)]).toEqual([text, true]);
  });
});

describe.each(['runbook', 'observability'])('docs/%s.md', (name) => {
  it('links only to documents and sections that there are', () => {
    const text = readFileSync(join(PROJECT_ROOT, `docs/${name}.md`), 'utf8');
    for (const [, target = '', anchor = ''] of text.matchAll(/\]\(([a-z-]*\.?(?:md)?)(#[a-z0-9-]+)?\)/g)) {
      const file = join(PROJECT_ROOT, 'docs', target === '' ? `${name}.md` : target);
      expect([target, existsSync(file)]).toEqual([target, true]);
      if (anchor === '') continue;
      const anchors = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(
        ([, heading = '']) =>
          `#${heading
            .toLowerCase()
            .replaceAll(/[^a-z0-9 -]/g, '')
            .replaceAll(' ', '-')}`,
      );
      expect(anchors).toContain(anchor);
    }
  });
});
