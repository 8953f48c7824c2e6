/** Ways through a page as people take them who look for something, or who have no mouse. */
import type { Page } from 'playwright-core';

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const MOST_VIEWS = 60;

/** Waits until the view has something to say, and nothing is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const content = document.querySelector('#content');
    if (content === null || content.textContent.trim() === '') return false;
    return !/Loading …|Reading( the wishlist)? …|Waiting for the first figures|Загрузка…|Читаем список…|Ждём первых/.test(
      content.textContent,
    );
  });
}

export async function goTo(page: Page, view: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${view}`);
  await settled(page);
}

/** Calls `look` once for each view that can be reached by links from the first ones: of views of many things, one. */
export async function visitEveryView(
  page: Page,
  first: readonly string[],
  look: (view: string) => Promise<void>,
): Promise<readonly string[]> {
  const kindOf = (view: string): string => view.replaceAll(UUID, ':id');
  const found = new Map(first.map((view) => [kindOf(view), view]));
  for (const view of found.values()) {
    await goTo(page, view);
    const links = await page
      .locator('a[href^="#/"]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
    for (const link of links) {
      const next = decodeURIComponent(link.slice(2));
      if (!found.has(kindOf(next)) && found.size < MOST_VIEWS) found.set(kindOf(next), next);
    }
    await look(view);
  }
  return [...found.keys()];
}

/** What can be acted upon with a mouse, but never has the focus while somebody presses Tab from the top of the page on. */
export async function unreachableByKeyboard(page: Page): Promise<readonly string[]> {
  const count = await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    const reached = new Set<EventTarget>();
    const names = 'a[href], button, input, select, textarea, summary, [role="button"], [role="tab"], [role="slider"]';
    const all = Array.from(document.querySelectorAll<HTMLElement>(names)).filter(
      (element) => element.checkVisibility() && !element.matches(':disabled'),
    );
    document.addEventListener('focusin', ({ target }) => target !== null && reached.add(target));
    Object.assign(window, { walked: { reached, all } });
    return all.length;
  });
  for (let step = 0; step < 2 * count + 10; step += 1) await page.keyboard.press('Tab');
  return page.evaluate(() => {
    const { reached, all } = (window as unknown as { walked: { reached: Set<EventTarget>; all: HTMLElement[] } })
      .walked;
    // Of a group that arrow keys walk through, one has the focus.
    const inWalkedGroup = (element: HTMLElement): boolean => {
      const group = element.closest('[role="tablist"], [role="toolbar"], [role="radiogroup"], fieldset');
      return group !== null && [...reached].some((other) => group.contains(other as Node));
    };
    const gone = (element: HTMLElement): boolean => !element.isConnected || element.matches(':disabled');
    return all
      .filter((element) => !reached.has(element) && !gone(element))
      .filter((element) => !((element.tabIndex < 0 || element.matches('[type="radio"]')) && inWalkedGroup(element)))
      .map((element) => element.outerHTML.slice(0, 160));
  });
}

/**
 * Opens a dialog by keyboard and leaves it again.
 *
 * @returns what is wrong with it: the focus gets out, or is not given back
 */
export async function wrongWithDialog(page: Page, opener: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  const button = page.locator(opener).first();
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  const parts = await dialog.locator('a[href], button, input, select, textarea').count();
  for (let step = 0; step < 2 * parts + 2; step += 1) {
    await page.keyboard.press('Tab');
    // Between the last and the first one, the browser's own bar has it: nothing of the page.
    const outside = await page.evaluate(() => {
      const active = document.activeElement;
      return active !== null && active !== document.body && active.closest('dialog[open]') === null;
    });
    if (outside) wrong.push(`the focus got out of the dialog of ${opener}`);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  if (!(await button.evaluate((element) => element === document.activeElement))) {
    wrong.push(`the focus is not given back to ${opener}`);
  }
  return wrong;
}
