import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** WCAG 2.2 up to AA, and what axe calls best practices. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Fails with every serious or critical barrier that axe finds in the page as it is now.
 *
 * @param within looks at this part only (a CSS selector)
 */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  // Evaluated by the debugger, not by a script element: the page's content security policy stands as it is.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    async ({ tags, part }): Promise<AxeResults> => {
      // Colours in the middle of a transition are nobody's choice.
      const ending = document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map((animation) => animation.finished));
      return window.axe.run(part ?? document, { runOnly: tags, resultTypes: ['violations'] });
    },
    { tags: TAGS, part: within },
  );
  const barriers = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html}\n  ${failureSummary.split('\n').join('\n  ')}`,
      ),
    );
  if (barriers.length > 0) throw new Error(`barriers at ${page.url()}:\n${barriers.join('\n')}`);
}

/** Fails when the page is wider than the window, and says what sticks out. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const scrolls = (element: Element | null): boolean =>
      element !== null && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
    return Array.from(document.body.querySelectorAll('*'))
      .filter((element) => element.getBoundingClientRect().right > room + 0.5 && !scrolls(element.parentElement))
      .map((element) => element.outerHTML.slice(0, 160));
  });
  if (wide.length > 0) throw new Error(`wider than the window at ${page.url()}:\n${wide.join('\n')}`);
}
