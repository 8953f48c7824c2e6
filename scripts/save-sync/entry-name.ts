import { UnusableSave } from './save-content.ts';

/**
 * A name within a save that means the same on every system: relative, forwards only, with slashes. What one system takes
 * for a plain name (`C:save`, `a\b`) leads another one out of the folder.
 *
 * @throws UnusableSave
 */
export function entryName(name: string): string {
  const wrong =
    name === '' ||
    /[\\\0]|^[A-Za-z]:/.test(name) ||
    name.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (wrong) throw new UnusableSave(`the name ${JSON.stringify(name)} cannot be saved`);
  return name;
}

/**
 * Where a link leads, relative to its own folder: upwards first, at most to the root, then forwards. After a forward step
 * `..` is refused, for that step may itself go through a link, and then nobody knows where up is.
 *
 * @throws UnusableSave
 */
export function linkTarget(name: string, target: string): string {
  const parts = target.split('/');
  const steps = parts.findIndex((part) => part !== '..');
  const upwards = steps === -1 ? parts.length : steps;
  const forwards = parts.slice(upwards).join('/');
  const depth = name.split('/').length - 1;
  if (upwards > depth) throw new UnusableSave(`the link ${name} leads out of the folder`);
  if (forwards !== '') entryName(forwards);
  return target;
}
