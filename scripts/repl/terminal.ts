import { asJson, asText, overThat } from './render.ts';
import type { OperatorTerminal } from '../../services/operator-run.ts';

/** Prints to the standard output; whoever watches ends it with Enter, or by closing the standard input. */
export function standardTerminal(): OperatorTerminal {
  const paper = { terminal: process.stdout.isTTY };
  return {
    show(result, { json, again }) {
      const text = json ? asJson(result) : asText(result, paper);
      if (text !== '') console.log(again && !json ? overThat(text, paper) : text);
    },
    enough: () =>
      new Promise((resolve) => {
        const end = (): void => {
          process.stdin.off('data', end);
          process.stdin.off('end', end);
          resolve();
        };
        process.stdin.on('data', end);
        process.stdin.on('end', end);
      }),
  };
}
